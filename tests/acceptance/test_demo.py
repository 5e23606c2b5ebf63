"""`shlyuz demo` on a region that runs: what it prints, that it can be repeated, that it hides no difference."""

import asyncio
import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from shlyuz.demo.checking import check_signatures
from shlyuz.demo.expected import TABLE, Expected
from shlyuz.running.home import Home

KEYS = ["region", "service", "channel", "variant", "outcome", "steps", "pdf", "roots", "verify_url", "ok"]
OUTCOMES = [(region, outcome) for region in ("akmola", "zhambyl") for outcome in ("issued", *["refused"] * 3)]


async def demo(home, *options, until=None):
    """Run the command beside us; gives exit code, stdout and stderr. With `until` it is ended at these words."""
    command = (Path(sys.executable).parent / "shlyuz", "demo", "--home", home, *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=-1)
    if until is not None:
        line = await asyncio.wait_for(process.stderr.readline(), 120)
        process.terminate()
        await process.communicate()
        return line.decode()
    said, complained = await process.communicate()
    return process.returncode, said.decode(), complained.decode()


class TestTheDemo:
    @pytest.mark.parametrize(("keys", "algorithm"), [((), "RSA-2048"), (("--keys", "gost"), "GOST-512")])
    async def test_reports_each_walk_as_a_line_of_json(self, whole_region, keys, algorithm):
        code, said, complained = await demo(whole_region.home, "--json", *keys)
        assert (code, complained) == (0, "")
        reports = [json.loads(line) for line in said.splitlines()]
        assert [list(report) for report in reports] == [KEYS] * 8
        assert [(report["region"], report["outcome"]) for report in reports] == OUTCOMES
        assert all(report["ok"] for report in reports)
        for report in reports:
            assert (report["service"], report["channel"], report["variant"]) == ("booking", "portal", None)
            assert all(Path(path).is_absolute() and Path(path).is_file() for path in report["roots"])
            assert (report["pdf"] is not None) == (report["outcome"] == "issued")
        for report in (reports[0], reports[4]):
            (step,) = report["steps"]
            assert list(step) == ["performer", "limit", "due"]
            assert (step["performer"], step["limit"]) in {("dispatcher", "29 m"), ("responsible_employee", "29 m")}
            performer, seal = await check_signatures(Path(report["pdf"]), report["roots"])
            assert (performer.key_algorithm, seal.key_algorithm) == (algorithm, "RSA-2048")

    @pytest.mark.parametrize("keys", [(), ("--keys", "gost")], ids=["rsa", "gost"])
    async def test_goes_every_route_of_the_decrees_as_they_have_it(self, whole_region, keys):
        code, said, complained = await demo(whole_region.home, "--all", "--json", *keys)
        assert (code, complained) == (0, "")
        reports = [json.loads(line) for line in said.splitlines()]
        routes = Expected.read(TABLE).steps
        channels = {route[:3] for route in routes}
        assert Counter(report["outcome"] for report in reports) == {"issued": len(routes), "refused": len(channels)}
        assert {(each["region"], each["service"], each["channel"]) for each in reports} == channels
        documents = Counter(each["service"] for each in reports if each["pdf"])
        portal = {"booking": 2, "home-call": 2, "attachment": 4}
        assert documents.items() >= portal.items()
        assert all(documents[service] for _, service, _ in channels)

    async def test_says_all_walks_in_a_row_each_and_ends_badly_when_one_differs(self, whole_region, tmp_path):
        changed = self._region_with(whole_region, tmp_path, wrong="password")
        with Home.at(changed).held():
            code, said, complained = await demo(changed, "--all")
        rows = said.splitlines()
        assert code == 1
        routes = Expected.read(TABLE).steps
        assert len(rows) == len(routes) + len({route[:3] for route in routes})
        dispatched = [row.split() for row in rows if row.split()[2] in {"booking", "home-call"}]
        assert {held for held, region, *_ in dispatched if region == "akmola"} == {"DIFFERS"}
        assert {row.split()[0] for row in rows if "zhambyl" in row} == {"ok"}
        assert "nobody went akmola booking portal to the end" in complained

    async def test_tells_it_as_a_person_would_and_can_be_repeated(self, whole_region):
        code, said, complained = await demo(whole_region.home)
        assert (code, complained) == (0, "")
        for words in ("Akmola, booking", "Zhambyl, booking", "condition 1 holds", "condition 1 fails",
                      "condition 2 fails", "condition 3 fails", "process 2", "process 4",
                      "genuine, in force"):  # fmt: skip
            assert words in said
        *_, one, two = said.splitlines()
        assert all(Path(line.strip()).is_file() for line in (one, two))

    async def test_says_what_differs_and_goes_on(self, whole_region, tmp_path):
        changed = self._region_with(whole_region, tmp_path, wrong="password")
        with Home.at(changed).held():
            code, said, complained = await demo(changed, "--json")
        reports = [json.loads(line) for line in said.splitlines()]
        assert code == 1
        assert [report["ok"] for report in reports] == [False, True, True, False, True, True, True, True]
        assert reports[0]["outcome"] is None
        assert "is booked: Refused: 400 login-refused" in complained
        assert "Warning" not in complained
        assert "Traceback" not in complained

    def _region_with(self, region, folder, *, wrong):
        """The same region, as seen by someone who has wrong papers of akmola's dispatcher."""
        people = json.loads((region.home / "people.json").read_bytes())
        for person in people["staff"]:
            if "dispatcher" in person["roles"]:
                person[wrong] = "not this one"
        (folder / "people.json").write_text(json.dumps(people))
        state = json.loads((region.home / "region.json").read_bytes())
        (folder / "region.json").write_text(json.dumps(state | {"home": str(folder)}))
        shutil.copy(region.home / "seeded", folder)
        return folder

    async def test_waits_with_a_kind_word_for_a_region_that_starts(self, tmp_path):
        with Home.at(tmp_path).held():
            said = await demo(tmp_path, until="starting")
        assert "is still starting; the demo waits for it" in said

    @pytest.mark.parametrize("option", ["--help"])
    async def test_shows_an_example(self, tmp_path, option):
        code, said, _ = await demo(tmp_path, option)
        assert code == 0
        assert "shlyuz demo --json" in said
