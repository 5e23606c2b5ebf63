"""What each problem means and what to do about it: where the `type` of a problem leads."""
