"""A region that came as TOML alone has all six services: other steps, other performers, other limits, the same code."""

from datetime import date

import pytest

from shared.testing.third_region import REGION, SERVICES

STATED = {"text": "Тексерілді.", "icd10": "J06.9", "date": "2026-04-06", "address": "Абай көшесі, 15",
          "phone": "+77011234567"}  # fmt: skip


def stated(field):
    return field.choices[0].key if field.choices else STATED[field.kind]


@pytest.mark.parametrize("service", [service for service in SERVICES if service.endswith(("-certificate", "-sheet"))])
class TestAThirdRegion:
    async def test_issues_what_its_regulation_says(self, certificates, service):
        edition = certificates.office.regulations.edition(REGION, service, date(2026, 4, 6))
        asked = {field.key: stated(field) for field in edition.form}
        visit = await certificates.visit(service, edition.steps[0].performer, "third", **asked)
        assert visit.status_code == 201, visit.text
        done = {"application": visit.json()}
        while done["application"]["state"] != "ready":
            shown = await certificates.shown(visit.json()["id"])
            step = edition.step(next(each["step"] for each in shown["steps"] if each["state"] == "open"))
            data = {field.key: stated(field) for field in step.outcomes[0].fields}
            done = await certificates.carry_out(step.performer, "third", data=data)
        assert await certificates.seal() == 1
        shown = await certificates.shown(visit.json()["id"])
        assert (shown["state"], shown["region"]) == ("issued", REGION)
