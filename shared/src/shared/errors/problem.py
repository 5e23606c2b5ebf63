"""The base of every error that a caller may see (RFC 9457, problem details)."""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Any, ClassVar


class ProblemError(Exception):
    """State a fact that ends the request, with the code and status by which programs know it.

    Subclasses set `code` and `status`, and `condition` or `process` where the decree numbers the check or the notice.
    A class that speaks for a family of codes lists them in `variants` and is raised with `code=`.
    Keyword arguments that are not named here fill the places of the texts in `problems.toml`; they reach the caller,
    so they never hold another person's data.
    """

    code: str = "internal-error"
    status: int = 500
    condition: int | None = None
    process: int | None = None
    variants: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        *,
        code: str | None = None,
        condition: int | None = None,
        process: int | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: timedelta | None = None,
        **params: object,
    ) -> None:
        if code is not None and code != type(self).code and code not in self.variants:
            raise ValueError(f"{type(self).__name__} does not know the code {code!r}")
        self.code = code or type(self).code
        self.condition = type(self).condition if condition is None else condition
        self.process = type(self).process if process is None else process
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        self.params = params
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, ceil(retry_after.total_seconds())))
        super().__init__(self.code)

    def codes(self) -> tuple[str, ...]:
        """Give every code that an instance of this class may carry."""
        return codes_of(type(self))


def codes_of(problem: type[ProblemError]) -> tuple[str, ...]:
    """Give every code that the class may carry: its own, unless it only lends its name to variants, and those."""
    own = (problem.code,) if "code" in vars(problem) or not problem.variants else ()
    return own + problem.variants
