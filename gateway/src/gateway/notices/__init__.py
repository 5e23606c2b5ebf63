"""Notices of process 4: each refusal of condition 2 is stored here, numbered, and shown in the cabinet."""
