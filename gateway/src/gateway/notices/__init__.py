"""Notices of process 4: each refusal of condition 2 that the gateway forms is stored, numbered, and shown in the cabinet."""
