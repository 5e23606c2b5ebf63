"""The folder of a local region: kept to its owner, and the same again at the next start."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shlyuz.running.home import DOOR, Home, HomeInUse, PortTaken, free_port
from shlyuz.running.keys import caller_key, form_key, make_keys, personal_key
from shlyuz.running.processes import NAMES, REGISTERS, Surroundings, programs

HOLD = """
import sys
from pathlib import Path
from shlyuz.running.home import Home
with Home.at(Path(sys.argv[1])).held():
    pass
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "region")


class TestHome:
    def test_belongs_to_its_owner_alone(self, home: Home) -> None:
        secret = home.write(home.keys / "x.pem", b"secret")
        assert home.path.stat().st_mode & 0o077 == 0
        assert secret.stat().st_mode & 0o777 == 0o600

    def test_is_held_by_one_process(self, home: Home) -> None:
        command = [sys.executable, "-c", HOLD, home.path]
        with home.held():
            other = subprocess.run(command, capture_output=True, text=True, check=False)
            assert "HomeInUse" in other.stderr
        with home.held():
            pass

    def test_refuses_a_second_holder_in_words(self, home: Home) -> None:
        with home.held(), pytest.raises(HomeInUse, match="already runs"), home.held():
            pass

    def test_keeps_generated_passwords(self, home: Home) -> None:
        first = home.passwords(["auth", "booking"])
        assert home.passwords(["booking", "auth", "lab"]) | first == home.passwords(["auth", "booking", "lab"])
        assert len(set(first.values())) == 2

    def test_keeps_ports(self, home: Home) -> None:
        first = home.ports(["auth-web", "booking-web"], fixed={})
        assert home.ports(["auth-web", "booking-web"], fixed={}) == first

    def test_gives_no_port_twice(self, home: Home) -> None:
        names = [f"service-{number}" for number in range(400)]
        assert len(set(home.ports(names, fixed={}).values())) == len(names)

    def test_takes_another_port_when_someone_has_taken_ours(self, home: Home) -> None:
        port = home.ports(["auth-web"], fixed={})["auth-web"]
        with socket.create_server(("127.0.0.1", port)):
            assert home.ports(["auth-web"], fixed={})["auth-web"] != port

    def test_says_which_program_to_move_when_the_door_is_taken(self, home: Home) -> None:
        port = free_port()
        with socket.create_server(("127.0.0.1", port)), pytest.raises(PortTaken, match=rf"port {port}.*--port"):
            home.ports([DOOR], fixed={DOOR: port})

    def test_does_not_move_what_signed_files_name(self, home: Home) -> None:
        port = home.ports(["authority"], fixed={}, settled=["authority"])["authority"]
        with socket.create_server(("127.0.0.1", port)), pytest.raises(PortTaken, match="stop that program"):
            home.ports(["authority"], fixed={}, settled=["authority"])

    def test_writes_whole_files(self, home: Home) -> None:
        file = home.write_json(home.state, {"url": "one"})
        home.write_json(home.state, {"url": "two"})
        assert json.loads(file.read_bytes()) == {"url": "two"}
        assert [path.name for path in home.path.iterdir() if path.name.startswith(".")] == []


class TestKeys:
    def test_are_made_once(self, home: Home) -> None:
        make_keys(home)
        paths = [caller_key(home, "auth"), personal_key(home, "auth"), form_key(home), home.callers / "auth.pem"]
        before = [path.read_bytes() for path in paths]
        make_keys(home)
        assert [path.read_bytes() for path in paths] == before

    def test_differ_from_service_to_service(self, home: Home) -> None:
        make_keys(home)
        assert personal_key(home, "auth").read_bytes() != personal_key(home, "booking").read_bytes()
        assert caller_key(home, "auth").read_bytes() != caller_key(home, "booking").read_bytes()


class TestPrograms:
    def test_hand_the_key_that_speaks_for_a_service_to_those_alone_who_call_others(self, home: Home) -> None:
        services = {name.rpartition("-")[0] for name in NAMES}
        around = Surroundings(
            ports=dict.fromkeys((*NAMES, REGISTERS), 1),
            database_urls=dict.fromkeys(services, "x"),
            kafka="x",
            settings={},
        )  # fmt: skip
        holders = {one.name for one in programs(home, around) if "SHLYUZ_CALLER_KEY" in one.environment}
        assert holders == {f"{service}-web" for service in services}
