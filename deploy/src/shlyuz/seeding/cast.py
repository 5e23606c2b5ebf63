"""Who plays in the demo, read from cast.toml, with numbers and roles: staff for each step of what a provider offers."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from shared.pki.expectation import EMPLOYEE_ROLE
from shared.testing.identities import bin_, iin

if TYPE_CHECKING:
    from shared.procedure import Regulations

ZONE = "Asia/Almaty"
OPENING_HOURS = {
    "zone": ZONE,
    "week": {
        **{day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "sat": [["09:00", "14:00"]],
        "sun": [],
    },
}
ADMINISTRATOR = "administrator"
OVERSEERS = ("journal_keeper", "supervisor")
DOCTOR = "doctor"
EMPLOYEE, HEAD = "employee", "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the cast: a citizen, or with an organisation a member of its staff in these roles."""

    key: str  # begins the names of his files
    region: str
    iin: str
    surname: str
    given_name: str
    patronymic: str
    bin: str | None = None
    organisation: str = ""
    roles: tuple[str, ...] = ()
    certificate: str = EMPLOYEE
    """The role that an organisation's certificate names, by its plain name."""


@cache
def script() -> dict[str, Any]:
    return tomllib.loads(files("shlyuz.seeding").joinpath("cast.toml").read_text("utf-8"))


def providers() -> list[dict[str, Any]]:
    """The providers as written, each with its `bin`."""
    return [one | {"bin": str(bin_(registered=date(2012, 3, 1), number=one["number"]))} for one in script()["provider"]]


def organisations() -> dict[str, str]:
    """Who carries out, for all providers of a region, what its regulations have an organisation do: BINs by its key."""
    return {f"{one['region']}.{key}": one["bin"] for one in providers() for key in one.get("acts_as", ())}


def citizens() -> list[Member]:
    return [
        Member(
            key=one["key"],
            region=one["region"],
            iin=str(iin(birth=one["birth"], sex=one["sex"], number=one["number"])),
            **dict(zip(("surname", "given_name", "patronymic"), one["name"], strict=True)),
        )
        for one in script()["citizen"]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhabitant:
    """Somebody whom the population register knows; `provider` is the BIN of where he is enrolled, if anywhere.

    `parent` is the IIN of who may apply for him.
    """

    iin: str
    name: tuple[str, str, str]
    birth: date
    sex: str
    home: dict[str, str]
    provider: str | None
    parent: str | None = None


def inhabitants() -> list[Inhabitant]:
    """The citizens who have a home, and their children, who live and are enrolled with them."""
    bins = {one["key"]: one["bin"] for one in providers()}
    grown = {one["key"]: _inhabitant(one, one, bins) for one in script()["citizen"] if "home" in one}
    written = {one["key"]: one for one in script()["citizen"]}
    children = [
        _inhabitant(child, written[child["parent"]], bins, parent=grown[child["parent"]].iin)
        for child in script()["child"]
    ]
    return [*grown.values(), *children]


def _inhabitant(
    one: dict[str, Any], lives_as: dict[str, Any], bins: dict[str, str], parent: str | None = None
) -> Inhabitant:
    return Inhabitant(
        iin=str(iin(birth=one["birth"], sex=one["sex"], number=one["number"])),
        name=tuple(one["name"]),
        birth=one["birth"],
        sex={"f": "female", "m": "male"}[one["sex"]],
        home=lives_as["home"],
        provider=bins.get(lives_as.get("provider", "")),
        parent=parent,
    )


def operators() -> list[Member]:
    """One administrator for each region's operator, who may describe its providers."""
    return [
        _employee(
            index,
            key=one["key"],
            region=one["region"],
            bin=str(bin_(registered=date(2014, 9, 1), number=one["number"])),
            organisation=one["name"],
            roles=(ADMINISTRATOR,),
        )
        for index, one in enumerate(script()["operator"])
    ]


def staff(regulations: "Regulations") -> list[Member]:
    """For each provider an administrator, an overseer who keeps its journals, and each performer of what it offers.

    Besides them the doctors who visit people at home.
    """
    posts = [(provider, post) for provider in providers() for post in _posts(provider, regulations)]
    employees = [
        _employee(
            100 + index,
            key=f"{provider['key']}-{post[0].replace('_', '-')}",
            region=provider["region"],
            bin=provider["bin"],
            organisation=provider["names"]["ru"],
            roles=post,
            certificate=_certificate(provider["region"], post, regulations),
        )
        for index, (provider, post) in enumerate(posts)
    ]
    return [*employees, *(member for provider in providers() for member in visiting(provider).values())]


def visiting(provider: dict[str, Any]) -> dict[int, Member]:
    """The accounts of the provider's doctors who visit people at home, by the doctor's place in its list."""
    return {
        place: Member(
            key=f"{provider['key']}-doctor-{place}",
            region=provider["region"],
            iin=str(iin(birth=date(1980, 1 + place, 9), sex="f", number=2000 + 10 * provider["number"] + place)),
            surname=doctor["surname"],
            given_name=doctor["given_name"],
            patronymic=doctor["patronymic"],
            bin=provider["bin"],
            organisation=provider["names"]["ru"],
            roles=(DOCTOR,),
        )
        for place, doctor in enumerate(provider["doctors"])
        if doctor.get("visits")
    }


def _posts(provider: dict[str, Any], regulations: "Regulations") -> Iterator[tuple[str, ...]]:
    yield (ADMINISTRATOR,)
    yield OVERSEERS
    today = datetime.now(UTC).date()
    offered = (regulations.edition(provider["region"], service, today) for service in provider["services"])
    for performer in sorted({step.performer for edition in offered for step in edition.steps}):
        yield (performer,)


def _certificate(region: str, post: tuple[str, ...], regulations: "Regulations") -> str:
    """Say whether an employee's certificate lets one sign in that post; management's must be the head's."""
    performers = regulations.regions[region].performers
    wanted = [performers[role].certificate_roles for role in post if role in performers]
    return EMPLOYEE if all(EMPLOYEE_ROLE in roles for roles in wanted) else HEAD


def _employee(number: int, **post: Any) -> Member:
    names = script()["staff"]
    surnames, given_names = names["surnames"], names["given_names"]
    birth = date(1970 + number % 25, 1 + number % 12, 1 + number % 28)
    return Member(
        iin=str(iin(birth=birth, sex="m", number=500 + number)),
        surname=surnames[number % len(surnames)],
        given_name=given_names[number // len(surnames) % len(given_names)],
        patronymic=names["patronymic"],
        **post,
    )
