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
