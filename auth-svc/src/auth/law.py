"""What the loaded regulations say about people and providers: regions, their performers, the services offered there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from shared.procedure import Regulations

OFFICES: Final = frozenset({"supervisor", "journal_keeper", "administrator", "doctor"})
"""Roles that no regulation names [ours]: who reassigns tasks, who keeps the journals, who administers, who visits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """By region: the codes of performers, and of services."""

    performers: Mapping[str, frozenset[str]]
    offered: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, regulations: Regulations) -> Self:
        return cls(
            performers={code: frozenset(region.performers) for code, region in regulations.regions.items()},
            offered={
                code: frozenset(service for region, service in regulations.editions if region == code)
                for code in regulations.regions
            },
        )

    def services(self, region: str) -> frozenset[str]:
        return self.offered.get(region, frozenset())

    def roles(self, regions: Iterable[str]) -> frozenset[str]:
        """The roles that staff of an organisation in these regions may have."""
        return OFFICES.union(*(self.performers.get(region, frozenset()) for region in regions))
