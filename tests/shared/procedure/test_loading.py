"""The law as files: what loads, and every way in which it does not."""

import pytest

from shared.procedure import RegulationsInvalid, load

FILE = "kokaral/vaccination.toml"
REGION = "kokaral/region.toml"


def faults(folder):
    with pytest.raises(RegulationsInvalid) as refusal:
        load(folder)
    return refusal.value.faults


def places(folder):
    return {(fault.path, fault.why) for fault in faults(folder)}


def change(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    head, _, tail = text.rpartition(old)
    (folder / file).write_text(head + new + tail, encoding="utf-8")


CHECK_LIMIT = '    { limit = "2 wd", clause = "3" },\n'
ORAL = '[[edition.result]]\nkey = "answer"'
OTHER = '[[edition.result]]\nkey = "all"\nkind = "oral"\ntitle = { kk = "А", ru = "А", en = "A" }\nclause = "3"\n\n'
DOSE = 'clause = "3" }]\n\n[[edition.result]]'
TWICE = 'clause = "3" }, { key = "dose", kind = "flag", label = { kk = "Ж", ru = "Д", en = "D" }, '
TEST_STEP = 'key = "tested"\n'
SHOWN = (
    'consultation = [{ register = "r", title = { kk = "А", ru = "А", en = "A" }, shown_at = ["no"], clause = "3" }]\n'
)
KEY_CHECK = 'key = "check"\nperformer'

WRONG = {
    "an answer shown at no step": (FILE, KEY_CHECK, SHOWN + KEY_CHECK, "check.consultation.shown_at", "no step no"),
    "an unknown key": (
        FILE,
        'owner = "booking"',
        'owner = "booking"\ncolour = "red"',
        "edition.1.colour",
        "Unexpected",
    ),
    "an unknown key of a step": (
        FILE,
        'key = "confirm"\n',
        'key = "confirm"\nhaste = 1\n',
        "edition.1.step.2.haste",
        "Unex",
    ),
    "a key twice": (FILE, 'owner = "booking"', 'owner = "booking"\nowner = "lab"', "", "is not TOML"),
    "a missing language": (FILE, ', en = "Dose"', "", "label.en", "required"),
    "an empty text": (FILE, 'en = "Dose"', 'en = " "', "label.en", "at least 1 character"),
    "a limit that cites nothing": (
        FILE,
        '{ limit = "2 wd", clause = "3" }',
        '{ limit = "2 wd" }',
        "limit.1",
        "cites neither",
    ),
    "a limit in another unit": (FILE, 'limit = "2 wd"', 'limit = "2 days"', "limit.1.limit", "written as"),
    "a ground outside the three kinds": (
        FILE,
        'kind = "personal-data"',
        'kind = "mood"',
        "ground.0.kind",
        "personal-data",
    ),
    "a ground for nobody": (FILE, 'steps = ["check"]\n', "", "ground.documents-wrong.steps", "unreachable"),
    "a missing kind of ground": (
        FILE,
        'kind = "signature"',
        'kind = "personal-data"',
        "ground",
        "none of the kind signature",
    ),
    "a ground twice": (
        FILE,
        'code = "data-wrong"',
        'code = "signature-wrong"',
        "ground",
        "signature-wrong is there twice",
    ),
    "a step twice": (FILE, 'key = "confirm"', 'key = "check"', "step", "check is there twice"),
    "an outcome twice": (FILE, 'key = "unfit"', 'key = "fit"', "step.check.outcome", "fit is there twice"),
    "a field twice": (FILE, 'key = "consent"', 'key = "slot"', "field", "slot is there twice"),
    "an outcome's field twice": (FILE, DOSE, TWICE + DOSE, "outcome.confirmed.field", "dose is there twice"),
    "a step for a channel that is not given": (
        FILE,
        'key = "confirm"\n',
        'key = "confirm"\nchannels = ["phone"]\n',
        "step.confirm",
        "unreachable",
    ),
    "a row for a channel that is not given": (
        FILE,
        'channels = ["portal"]\nreopens',
        'channels = ["phone"]\nreopens',
        "reschedules.0",
        "names the channel phone",
    ),
    "a row for an unknown variant": (
        FILE,
        'variants = ["urgent"]',
        'variants = ["slow"]',
        "limits.0",
        "the variant slow",
    ),
    "a row for an unknown finding": (
        FILE,
        '{ limit = "2 wd",',
        '{ limit = "3 wd", finding = "odd", clause = "3" },\n    { limit = "2 wd",',
        "limits.1",
        "the finding odd",
    ),
    "a step aside that does not exist": (
        FILE,
        'opens = "allergy-test"',
        'opens = "nowhere"',
        "doubt.opens",
        "no step nowhere",
    ),
    "a step that cannot be completed": (
        FILE,
        TEST_STEP,
        TEST_STEP + 'opens = "confirm"\n',
        "step.allergy-test",
        "cannot be completed",
    ),
    "a step aside from a step aside": (
        FILE,
        TEST_STEP,
        TEST_STEP + 'opens = "confirm"\n',
        "step.allergy-test",
        "aside from",
    ),
    "a step aside opened twice": (
        FILE,
        'key = "unfit"\nfinding = "unfit"\n',
        'key = "unfit"\nopens = "allergy-test"\n',
        "step.allergy-test",
        "more than one outcome",
    ),
    "a finding by some outcomes only": (FILE, 'finding = "unfit"\n', "", "step.check", "some of its outcomes only"),
    "a step without a limit": (
        FILE,
        'limit = [{ limit = "1 wd", source = "ours" }]\n',
        "",
        "allergy-test.limit",
        "no limit",
    ),
    "a limit of an unlimited step": (
        FILE,
        "unlimited =",
        'limit = [{ limit = "1 h", clause = "3" }]\nunlimited =',
        "step.confirm.unlimited",
        "limits all the same",
    ),
    "a limit under one that always fits": (
        FILE,
        CHECK_LIMIT,
        CHECK_LIMIT + '    { limit = "3 wd", channels = ["portal"], clause = "3" },\n',
        "step.check.limit.2",
        "unreachable",
    ),
    "a first day of minutes": (
        FILE,
        '{ limit = "10 m",',
        '{ counts_first_day = true, limit = "10 m",',
        "step.check.limit.0",
        "means nothing for 10 m",
    ),
    "a result under one that always fits": (FILE, ORAL, OTHER + ORAL, "result.answer", "unreachable"),
    "a route without a result": (
        FILE,
        'key = "answer"\nkind = "oral"',
        'key = "answer"\nkind = "oral"\nchannels = ["portal"]',
        "result",
        "no result on direct for fit",
    ),
    "a document without a form": (FILE, 'form = "vaccination-passport"\n', "", "result.passport.form", "has a form"),
    "a document that nobody signs": (
        FILE,
        'clause = "3", note = "without delay" }\nsignature = [{ channels = ["portal"], clause = "3" }]',
        'clause = "3", note = "without delay" }',
        "result.passport",
        "nobody signs it",
    ),
    "a journal that no step enters": (
        FILE,
        'entered_by = ["confirm"]',
        'entered_by = ["allergy-test"]',
        "entered_by",
        "no step",
    ),
    "a journal entered by an unknown step": (
        FILE,
        'entered_by = ["confirm"]',
        'entered_by = ["nowhere"]',
        "entered_by",
        "no step",
    ),
    "a column of an unknown field": (
        FILE,
        '"fields.weight"',
        '"fields.height"',
        "journal.field.weight",
        "no fields.height",
    ),
    "a column of an unknown fact": (
        FILE,
        '"patient.surname"',
        '"patient.diagnosis"',
        "journal.field.0.value",
        "pattern",
    ),
    "a precondition without its ground": (
        FILE,
        'ground = "documents-wrong"',
        'ground = "mood"',
        "step.check",
        "no ground",
    ),
    "a ground of an unknown step": (
        FILE,
        'steps = ["check"]',
        'steps = ["check", "x"]',
        "documents-wrong.steps",
        "no step x",
    ),
    "a first step that cannot be refused": (
        FILE,
        'steps = ["check"]',
        'steps = ["confirm"]',
        "ground",
        "check could be refused",
    ),
    "a registration after an unknown step": (FILE, 'after = "check"', 'after = "x"', "registration.after", "no step x"),
    "a registration after a step of no route": (
        FILE,
        'after = "check"',
        'after = "allergy-test"',
        "registration.after",
        "on portal",
    ),
    "a reschedule to an unknown step": (
        FILE,
        'reopens = "confirm"',
        'reopens = "x"',
        "reschedule.reopens",
        "no step x",
    ),
    "a reschedule to a step aside": (
        FILE,
        'reopens = "confirm"',
        'reopens = "allergy-test"',
        "reschedule.reopens",
        "on portal",
    ),
    "a cut-off in days": (FILE, 'cut_off = "30 m"', 'cut_off = "1 wd"', "withdrawal.cut_off", "no span of plain time"),
    "a portal without a process": (
        FILE,
        'result = { number = 11, clause = "5" }\n',
        "",
        "process.result",
        "is missing",
    ),
    "a process after another condition": (
        FILE,
        "number = 9, condition = 3",
        "number = 9, condition = 2",
        "process.refusal.condition",
        "is 2, not 3",
    ),
    "a time that the citizen cannot give": (
        FILE,
        'kind = "slot"',
        'kind = "flag"',
        "portal.time_given_by",
        "the citizen",
    ),
    "a time that the performer cannot give": (
        FILE,
        'time_given_by = "citizen"',
        'time_given_by = "performer"',
        "portal.time_given_by",
        "the performer",
    ),
    "choices of a field that has none": (FILE, 'kind = "flag"', 'kind = "choice"', "field.1", "kind choice"),
    "a least that is more than the most": (FILE, "minimum = 2", "minimum = 301", "field.2", "more than the most"),
    "an act that the region does not have": (
        FILE,
        'act = { number = "7"',
        'act = { number = "8"',
        "act.number",
        "no act 8",
    ),
    "a performer that the region does not have": (
        FILE,
        '"head_nurse"',
        '"matron"',
        "confirm.performer",
        "no performer matron",
    ),
    "an organisation that the region does not have": (
        FILE,
        '"allergy-centre"',
        '"moon"',
        "allergy-test.organisation",
        "no organisation moon",
    ),
    "an edition adopted twice": (FILE, "2026-03-01", "2025-06-01", "edition", "adopted twice from 2025-06-01"),
    "no edition": (FILE, None, "", "edition", "required"),
    "a region with an unknown key": (REGION, "refusal = 2", "refusal = 2\nextra = 1", "login.extra", "Unexpected"),
    "a region that is not TOML": (REGION, None, "name = ", "", "is not TOML"),
    "a file that is not text": (FILE, None, b"\xff\xfe", "", "is not TOML"),
    "a holiday twice": ("calendars/2026.toml", "2026-12-16", "2026-10-25", "", "a holiday twice: 2026-10-25"),
    "a holiday of another year": ("calendars/2026.toml", "2026-12-16", "2025-12-16", "", "another year: 2025-12-16"),
    "a year in the file of another": ("calendars/2026.toml", None, None, "year", "is 2025 in the file of 2026"),
    "a short day that ends days earlier": (
        "calendars/2026.toml",
        "[[moved]]",
        '[[short_day]]\ndate = 2026-12-31\nby = "1 wd"\nsource = "ours"\n\n[[moved]]',
        "short_day.0",
        "cannot end 1 wd earlier",
    ),
}


class TestLoading:
    @pytest.mark.parametrize(("file", "old", "new", "path", "why"), WRONG.values(), ids=WRONG.keys())
    def test_refuses(self, folder, file, old, new, path, why):
        if old is not None:
            change(folder, file, old, new)
        elif new is None:
            (folder / file).write_bytes((folder / "calendars/2025.toml").read_bytes())
        else:
            (folder / file).write_bytes(new if isinstance(new, bytes) else new.encode())
        found = [fault for fault in faults(folder) if fault.file == file and path in fault.path and why in fault.why]
        assert found, [str(fault) for fault in faults(folder)]

    def test_says_everything_at_once(self, whole):
        change(whole, FILE, '"head_nurse"', '"matron"')
        change(whole, FILE, 'entered_by = ["confirm"]', 'entered_by = ["nowhere"]')
        change(whole, "akmola/booking.toml", 'owner = "booking"', 'owner = "booking"\ncolour = 1')
        change(whole, "zhambyl/region.toml", "process = 1", "process = 1\nextra = 1")
        change(whole, "zhambyl/booking.toml", 'reopens = "confirm"', 'reopens = "nowhere"')
        (whole / "calendars/2027.toml").write_text("year = 2027")
        said = faults(whole)
        assert {fault.file for fault in said} == {
            FILE,
            "akmola/booking.toml",
            "zhambyl/region.toml",
            "zhambyl/booking.toml",
            "calendars/2027.toml",
        }
        assert len({str(fault) for fault in said}) == len(said) >= 6

    def test_names_file_path_and_reason(self, folder):
        change(folder, FILE, '"head_nurse"', '"matron"')
        with pytest.raises(RegulationsInvalid) as refusal:
            load(folder)
        assert str(refusal.value) == (
            "kokaral/vaccination.toml: edition.1.step.confirm.performer: region.toml has no performer matron"
        )

    def test_refuses_an_empty_folder(self, tmp_path):
        assert [str(fault) for fault in faults(tmp_path)] == [
            "calendars: holds no year table",
            ".: holds no region: no folder has a region.toml",
        ]

    def test_refuses_a_service_in_a_folder_without_a_region(self, whole):
        (whole / REGION).unlink()
        assert [str(fault) for fault in faults(whole)] == [f"{FILE}: stands in a folder without region.toml"]

    def test_refuses_a_variant_to_choose_where_there_is_none(self, folder):
        change(folder, FILE, "adopted_from = 2025-06-01", "adopted_from = 2025-06-01\nvariant_required = true")
        assert ("edition.0.variant_required", "there is no variant to choose") in places(folder)

    def test_refuses_a_route_without_a_step(self, folder):
        """Steps for one channel alone leave the other with nothing to do."""
        for step in ("check", "confirm"):
            change(folder, FILE, f'key = "{step}"\nperformer', f'key = "{step}"\nchannels = ["portal"]\nperformer')
        assert ("edition.1.step", "there is no step on direct") in places(folder)

    def test_refuses_two_steps_that_sign_the_result(self, folder):
        change(folder, FILE, 'key = "confirm"\n', 'key = "confirm"\nsigns_result = true\n')
        change(folder, FILE, 'key = "check"\nperformer', 'key = "check"\nsigns_result = true\nperformer')
        assert any("more than one step signs the result" in fault.why for fault in faults(folder))
