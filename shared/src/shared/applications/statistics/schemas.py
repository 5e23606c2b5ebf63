"""Counts as they are told: multiples of five, of five at least; what is not there is under five, or nothing."""

from pydantic import BaseModel


class _Cell(BaseModel):
    month: str
    region: str
    service: str


class ApplicationsCell(_Cell):
    """Applications filed with one provider in a month."""

    provider: str
    count: int


class WithinLimit(BaseModel):
    """Between which bounds the share lies that was completed within the limit."""

    at_least: float
    at_most: float


class StepsCell(_Cell):
    """A step, completed or refused in a month, over all providers; `late` is null where it is under five."""

    step: str
    completed: int
    late: int | None
    within_limit: WithinLimit


class RefusalsCell(_Cell):
    """Refusals on one ground of the closed list in a month, over all providers."""

    ground: str
    count: int


class StatisticsOut(BaseModel):
    """What one owning service counts; there are no totals, and none can be had by adding."""

    applications: list[ApplicationsCell]
    steps: list[StepsCell]
    refusals: list[RefusalsCell]
