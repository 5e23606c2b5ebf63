"""Statements on districts. That no two districts share a house is an exclusion constraint's to say."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts.addresses import last_position, place_key, position, side_of
from attachment.districts.models import District, Houses, Place
from shared.applications.rowset import as_rows
from shared.db import new_id

_SIDES = {"even": (0, 1), "odd": (1, 2), "all": (0, 2)}

_ADD = text("INSERT INTO districts (id, provider, name, changed_at) VALUES (:id, :provider, :name, :at)")
_CHANGE = text("UPDATE districts SET name = :name, changed_at = :at WHERE id = :id AND provider = :provider")
_CLEAR = text("DELETE FROM district_houses WHERE district = :id")
_FILL = text("""
    INSERT INTO district_houses (id, district, region, locality_key, street_key, sides, houses, shown)
    SELECT x.id, :district, :region, x.locality, x.street, int4range(x.side_from, x.side_to),
           int4range(x.house_from, x.house_to, '[]'), x.shown
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS x(id uuid, locality text, street text, side_from int, side_to int, house_from int, house_to int,
              shown jsonb)
""")
_OF_PROVIDER = text("""
    SELECT d.id, d.name, coalesce(jsonb_agg(h.shown ORDER BY h.id) FILTER (WHERE h.id IS NOT NULL), '[]') AS houses
    FROM districts d LEFT JOIN district_houses h ON h.district = d.id
    WHERE d.provider = :provider GROUP BY d.id ORDER BY d.name
""")
_NAME = text("SELECT name FROM districts WHERE id = :id")
_COVERING = text("""
    SELECT x.row, h.district, d.provider
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS x(row int, region text, locality text, street text, side int, house int)
    JOIN district_houses h ON h.region = x.region AND h.locality_key = x.locality AND h.street_key = x.street
         AND h.sides @> x.side AND h.houses @> x.house
    JOIN districts d ON d.id = h.district
""")


async def add(session: AsyncSession, provider: str, name: str, at: datetime) -> UUID:
    """Add a district without houses; breaks `districts_name_key` for a name that the provider has."""
    id_ = new_id()
    await session.execute(_ADD, {"id": id_, "provider": provider, "name": name, "at": at})
    return id_


async def rename(session: AsyncSession, district: UUID, provider: str, name: str, at: datetime) -> bool:
    """Give the provider's district a name, and lock it; False when there is none."""
    values = {"id": district, "provider": provider, "name": name, "at": at}
    result: Any = await session.execute(_CHANGE, values)
    return bool(result.rowcount)


async def fill(session: AsyncSession, district: UUID, region: str, houses: Sequence[Houses]) -> None:
    """Put these houses in place of the district's; breaks `district_houses_overlap` when another has one of them."""
    await session.execute(_CLEAR, {"id": district})
    rows = as_rows([_row(each) for each in houses])
    await session.execute(_FILL, {"district": district, "region": region, "rows": rows})


def _row(houses: Houses) -> dict[str, Any]:
    side_from, side_to = _SIDES[houses.side]
    return {
        "id": new_id(), "locality": place_key(houses.locality), "street": place_key(houses.street),
        "side_from": side_from, "side_to": side_to, "house_from": position(houses.first),
        "house_to": last_position(houses.last), "shown": asdict(houses),
    }  # fmt: skip


async def of_provider(session: AsyncSession, provider: str) -> list[District]:
    """List a provider's districts with their houses, by name."""
    rows = await session.execute(_OF_PROVIDER, {"provider": provider})
    return [
        District(id=row.id, name=row.name, houses=tuple(Houses(**each) for each in row.houses)) for row in rows
    ]  # fmt: skip


async def covering(session: AsyncSession, places: Sequence[Place | None]) -> dict[int, tuple[UUID, str]]:
    """Give district and provider for each place (by its index) that lies in a district; one statement."""
    rows = []
    for row, place in enumerate(places):
        if place is not None and (house := position(place.house)) is not None:
            locality, street = place_key(place.locality), place_key(place.street)
            rows.append(
                {"row": row, "region": place.region, "locality": locality, "street": street, "side": side_of(house),
                 "house": house}
            )  # fmt: skip
    found = await session.execute(_COVERING, {"rows": as_rows(rows)})
    return {row.row: (row.district, row.provider) for row in found}


async def name_of(session: AsyncSession, district: UUID) -> str:
    """Give the name of a district that there is."""
    name: str = (await session.execute(_NAME, {"id": district})).scalar_one()
    return name
