"""Why a register's answer is not at hand."""

from collections.abc import Mapping
from datetime import timedelta

from shared.errors import ProblemError


class ExternalRegisterAway(ProblemError):
    """A register that the step must consult gives no answer that can be understood: the step stays open."""

    code = "external-register-away"
    status = 503

    def __init__(self, register: str = "", titles: Mapping[str, str] | None = None) -> None:
        super().__init__(retry_after=timedelta(seconds=30), extra={"register": register, "titles": dict(titles or {})})
