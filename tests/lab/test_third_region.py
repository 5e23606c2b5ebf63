"""A region that came as TOML alone has the HIV test: other steps, other performers, other limits, the same code."""

from datetime import date

import pytest

from lab.samples.codes import new_sample_code, printed
from shared.testing.third_region import REGION

OWN = "900514400019"
WHO = {"applicant": {"iin": OWN, "surname": "Сейітова", "given_name": "Мадина"}, "fields": {"phone": "+77011234567"}}


class TestAThirdRegion:
    @pytest.mark.parametrize(("variant", "who"), [("confidential", WHO), ("anonymous", {})])
    async def test_hands_over_what_was_found(self, lab, variant, who):
        edition = lab.office.regulations.edition(REGION, "hiv-test", date(2026, 4, 6))
        visit = {"region": REGION, "service": "hiv-test", "channel": "direct", "variant": variant, **who}
        came = await lab.post("/workstation/applications", lab.staff(edition.steps[0].performer), visit)
        assert came.status_code == 201, came.text
        code = printed(new_sample_code())
        for step in edition.steps:
            if step.blind:
                tube = await lab.post("/samples/receptions", lab.staff(step.performer), {"sample_code": code})
                assert tube.status_code == 200, tube.text
            if step is edition.steps[-1] and (slip := came.json().get("slip")):
                assert (await lab.post("/slips/openings", lab.staff(step.performer), {"slip": slip})).status_code == 200
            data = dict.fromkeys((field.key for field in step.outcomes[0].fields), code)
            done = await lab.carry_out(step.performer, step.outcomes[0].key, data=data)
            if step.signs_result:
                assert await lab.seal() == 1
        assert done["application"]["state"] == "issued"
