"""`shlyuz doctor`: looks at the installation, and says of everything that is wrong what to do about it."""

from shlyuz.doctor.command import command
from shlyuz.doctor.finding import Finding, Grade

__all__ = ["Finding", "Grade", "command"]
