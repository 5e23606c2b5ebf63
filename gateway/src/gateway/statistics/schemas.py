"""Counts of all owners; `unavailable` names those that are away, whose counts are missing."""

from shared.applications.statistics.schemas import StatisticsOut


class RegionStatisticsOut(StatisticsOut):
    regions: list[str]
    unavailable: list[str]
