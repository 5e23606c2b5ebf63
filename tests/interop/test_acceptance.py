"""The walk again on PostgreSQL with real Apache Kafka, and its results under checkers that others made.

The very tests of events, of tests/acceptance and of tests/faults run once more, on that broker, which can be killed.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from shared.testing.broker import SYSTEM
from shared.testing.programs import work_folder
from shlyuz.running.region import running_region

pytestmark = pytest.mark.interop

TESTS = Path(__file__).parents[1]
FOLDER = "SHLYUZ_TEST_KAFKA_FOLDER"  # where whoever breaks things finds the broker


@pytest.fixture(scope="module")
async def reports(apache_kafka):
    """What `shlyuz demo --all --json` prints on a region that stands on Apache Kafka, while its files are there."""
    with work_folder() as folder:
        async with running_region(folder / "region", kafka=apache_kafka) as region:
            yield {keys: await demo(region.home, keys) for keys in ("gost", "rsa")}


async def demo(home, keys):
    """Walk every route, signing with these keys."""
    command = (Path(sys.executable).parent / "shlyuz", "demo", "--all", "--json", "--keys", keys, "--home", home)
    process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=-1)
    said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def fresh_kafka(tmp_path, free_port):
    """A broker that no other region has used."""
    script = TESTS / "interop" / "kafka" / "kafka.sh"
    started = subprocess.run(
        [script, "start", tmp_path, str(free_port)], check=True, timeout=300, stdout=subprocess.PIPE, text=True
    )
    yield started.stdout.strip()
    subprocess.run([script, "stop", tmp_path], check=True, timeout=60)


class TestOnApacheKafka:
    @pytest.mark.parametrize("keys", ["rsa", "gost"])
    def test_every_walk_goes_as_on_the_embedded_broker(self, reports, keys):
        assert all(report["ok"] for report in reports[keys])
        assert Counter(report["outcome"] for report in reports[keys]) == {"issued": 27, "refused": 23}

    def test_the_results_satisfy_verapdf_pdfsig_and_pyhanko(self, reports, check_pdf):
        for report in reports["rsa"]:
            if report["pdf"]:
                checked = check_pdf(Path(report["pdf"]), *map(Path, report["roots"]), options=("-n", "2"))
                assert checked.ok, checked.said

    @pytest.mark.parametrize(
        "tests",
        [("shared/events",), ("contract/test_asyncapi.py", "acceptance"), ("faults",)],
        ids=["events", "acceptance", "faults"],
    )
    def test_the_same_tests_pass(self, fresh_kafka, tmp_path, tests):
        paths = [TESTS / each for each in tests]
        command = (sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", *paths)
        environment = os.environ | {SYSTEM: fresh_kafka, FOLDER: str(tmp_path)}
        done = subprocess.run(
            command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, check=False, timeout=3600
        )
        assert done.returncode == 0, done.stdout[-6000:]
