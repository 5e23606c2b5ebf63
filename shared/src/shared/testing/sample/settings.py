"""Settings of the sample."""

from typing import ClassVar

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The platform's settings, and one development switch."""

    development_switches: ClassVar[tuple[str, ...]] = ("open_doors",)
    open_doors: bool = False
