"""Read and keep the local copy of providers."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.case import Provider
from shared.procedure import OpeningHours

_KEEP = text("""
    INSERT INTO providers (bin, region, names, address, zone, opening_hours, services, active, version)
    VALUES (:bin, :region, CAST(:names AS jsonb), CAST(:address AS jsonb), :zone, CAST(:opening_hours AS jsonb),
            CAST(:services AS text[]), :active, :version)
    ON CONFLICT (bin) DO UPDATE SET region = excluded.region, names = excluded.names, address = excluded.address,
        zone = excluded.zone, opening_hours = excluded.opening_hours, services = excluded.services,
        active = excluded.active, version = excluded.version
    WHERE providers.version < excluded.version
""")
_ONE = text("SELECT to_jsonb(p) FROM providers p WHERE bin = :bin")
_LIST = text("""
    SELECT to_jsonb(p) FROM providers p
    WHERE active AND (CAST(:region AS text) IS NULL OR region = :region)
      AND (CAST(:service AS text) IS NULL OR :service = ANY (services)) AND services && CAST(:ours AS text[])
    ORDER BY region, bin
""")


async def keep(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store what an event told, unless something newer is held already: repeats and old facts change nothing."""
    row = {
        **values,
        "names": orjson.dumps(values["names"]).decode(),
        "address": orjson.dumps(values["address"]).decode(),
        "opening_hours": orjson.dumps(values["opening_hours"]).decode(),
        "services": list(values["services"]),
    }
    await session.execute(_KEEP, row)


async def find(session: AsyncSession, bin_: str) -> Provider | None:
    """Find a provider by BIN, active or not."""
    row = (await session.execute(_ONE, {"bin": bin_})).scalar_one_or_none()
    return None if row is None else read(row)


async def offered(session: AsyncSession, *, region: str | None, service: str | None, ours: list[str]) -> list[Provider]:
    """List active providers that offer one of our services, narrowed where the caller asks."""
    rows = await session.execute(_LIST, {"region": region, "service": service, "ours": ours})
    return [read(row) for row in rows.scalars()]


def read(row: Mapping[str, Any]) -> Provider:
    """Make the value of a row as JSON."""
    return Provider(
        bin=row["bin"],
        region=row["region"],
        names=row["names"],
        address=row["address"],
        hours=_hours(orjson.dumps({"zone": row["zone"], **row["opening_hours"]})),
        services=frozenset(row["services"]),
        active=row["active"],
        version=row["version"],
    )


@lru_cache(maxsize=1024)
def _hours(json: bytes) -> OpeningHours:
    """Opening hours are read on every filing and change rarely; the JSON itself is the key, so none is ever stale."""
    return OpeningHours.from_json(orjson.loads(json))
