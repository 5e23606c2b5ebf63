"""What a regulation asks of a service's module, the module can do, or the service does not start."""

from dataclasses import replace
from pathlib import Path

import pytest

from shared.procedure import load

LAW = load(Path(__file__).parents[3] / "shared" / "regulations")


class TestAModule:
    async def test_that_changes_no_times_is_refused_where_a_regulation_lets_one_be_changed(self, world):
        with pytest.raises(TypeError, match="a time of booking"):
            replace(world.office, regulations=LAW, modules={"booking": world.module})

    async def test_needs_to_change_none_where_no_regulation_does(self, world):
        office = replace(world.office, regulations=LAW, modules={"attachment": world.module})
        assert office.module("attachment") is world.module


class TestAnotherOrganisation:
    async def test_is_named_in_production_or_the_service_does_not_start(self, world):
        """Else a commission elsewhere would sit where the suspicion arose."""
        settings = world.office.settings.model_copy(update={"env": "production"})
        offered = {"regulations": LAW, "modules": {"psych-certificate": world.module}}
        with pytest.raises(TypeError, match=r"zhambyl\.regional-psychiatric-dispensary"):
            replace(world.office, settings=settings, **offered)
        named = {"organisations": {"zhambyl.regional-psychiatric-dispensary": ""}}
        office = replace(world.office, settings=settings.model_copy(update=named), **offered)
        assert office.place("zhambyl", "regional-psychiatric-dispensary", "120340002010") == "120340002010"
