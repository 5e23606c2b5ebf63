"""Which walks the demo goes: booking on the portal, refused at each condition too, or all services on all channels."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from shlyuz.demo import attachment, booking, certificates, hiv_test, home_call
from shlyuz.demo.report import Report
from shlyuz.demo.walks import Acts, Tell, Walk
from shlyuz.demo.world import World, authentication_key

REGIONS = ("akmola", "zhambyl")
SERVICES: Mapping[str, Mapping[str, Acts]] = {
    "booking": booking.ACTS, "home-call": home_call.ACTS, "attachment": attachment.ACTS,
    **certificates.ACTS, **hiv_test.ACTS,
}  # fmt: skip
"""What people do in each service, by region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One walk of the programme; `missing` is its report when it comes to nothing."""

    title: str
    go: Callable[[], Awaitable[Report]]
    missing: Report


def short(world: World, tell: Tell) -> Iterator[Item]:
    """Book on the portal in each region: a success, then a refusal at each of the three conditions."""
    for region in REGIONS:
        first, second, *_ = world.citizens(region)
        walk, other = walk_of(world, region, "booking", first, tell), walk_of(world, region, "booking", second, tell)
        key = authentication_key(world, second)
        yield _item(walk, walk.acts.title, walk.succeed)
        yield _item(other, "condition 1 fails", other.be_refused_at_condition_1)
        yield _item(other, "condition 2 fails", partial(other.be_refused_at_condition_2, key))
        yield _item(other, "condition 3 fails", other.be_refused_by_the_provider)


def whole(world: World, tell: Tell) -> Iterator[Item]:
    """Use every service of each region on every channel that its regulation has: a success and a refusal each."""
    for code, acts in SERVICES.items():
        for region in acts:
            first, second, *_ = world.citizens(region)
            for channel in acts[region].grounds:
                for variant in acts[region].variants:
                    walk = walk_of(world, region, code, first, tell, channel=channel, variant=variant)
                    how = f"{channel}, {variant}" if variant else channel
                    yield _item(walk, f"{how}: {walk.acts.title}", walk.succeed)
                *_, variant = acts[region].variants
                other = walk_of(world, region, code, second, tell, channel=channel, variant=variant)
                yield _item(other, f"{channel}: the provider refuses", other.be_refused_by_the_provider)


def walk_of(
    world: World,
    region: str,
    code: str,
    citizen: int,
    tell: Tell,
    *,
    channel: str = "portal",
    variant: str | None = None,
) -> Walk:
    """Give the walk of one of the region's citizens."""
    acts = SERVICES[code][region]
    return (acts.walk or Walk)(
        world=world,
        region=region,
        code=code,
        citizen=citizen,
        acts=acts,
        tell=tell,
        channel=channel,
        variant=variant,
    )


def missing(world: World, region: str, code: str, channel: str, variant: str | None = None) -> Report:
    """Report a walk that came to nothing."""
    return Report(region=region, service=code, channel=channel, variant=variant or None, roots=world.roots)


def _item(walk: Walk, title: str, go: Callable[[], Awaitable[Report]]) -> Item:
    return Item(
        title=f"{walk.region.capitalize()}, {walk.code}, {title}",
        go=go,
        missing=missing(walk.world, walk.region, walk.code, walk.channel, walk.variant),
    )
