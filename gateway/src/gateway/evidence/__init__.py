"""What condition 2 saw of an application, in one file that anyone can check off-line."""
