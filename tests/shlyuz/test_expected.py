"""The table of the decrees beside what walks came to: a step more, less, by another or with another limit differs."""

import pytest

from shlyuz.demo.expected import TABLE, Expected
from shlyuz.demo.report import Differs, Report

TWO = [("responsible_employee", "5 m"), ("responsible_employee", "5 m")]


@pytest.fixture(scope="module")
def expected():
    return Expected.read(TABLE)


def report(steps, *, outcome="issued", channel="phone", service="booking"):
    went = [{"performer": performer, "limit": limit, "due": "2026-11-23T09:05:00+05:00"} for performer, limit in steps]
    return Report(region="zhambyl", service=service, channel=channel, outcome=outcome, steps=went, ok=True)


class TestTheTable:
    def test_has_every_route_of_the_portal_services(self, expected):
        portal = {service for _, service, channel, _ in expected.steps if channel == "portal"}
        services = [(service, channel) for _, service, channel, _ in expected.steps if service in portal]
        assert len(services) == 16
        assert {channel for service, channel in services if service == "attachment"} == {"portal", "direct"}

    def test_lets_a_walk_pass_that_went_so(self, expected):
        expected.check(report(TWO))

    @pytest.mark.parametrize("steps", [
        [], TWO[:1], TWO + TWO[:1], [TWO[0], ("responsible_employee", "6 m")], [("registry", "5 m"), TWO[1]],
    ], ids=["none", "one less", "one more", "another limit", "another performer"])  # fmt: skip
    def test_stops_one_that_went_otherwise(self, expected, steps):
        with pytest.raises(Differs):
            expected.check(report(steps))

    @pytest.mark.parametrize("change", [{"channel": "fax"}, {"service": "surgery"}])
    def test_knows_no_route_that_no_decree_has(self, expected, change):
        with pytest.raises(Differs):
            expected.check(report(TWO, **change))

    def test_lets_a_refusal_end_at_the_first_step(self, expected):
        expected.check(report(TWO[:1], outcome="refused"))

    def test_names_what_nobody_went(self, expected):
        left = expected.left_out([report(TWO), report(TWO[:1], outcome="refused", channel="direct")])
        assert len(left) == len(expected.steps) - 1
        assert ("zhambyl", "booking", "phone", "") not in left
