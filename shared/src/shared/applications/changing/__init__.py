"""What an applicant may still do with an application: move its time, or withdraw it; signed, and until a cut-off."""
