"""Calling a doctor home: who comes and when, the doctor's day, and how each visit ended."""
