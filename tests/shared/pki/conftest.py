"""One authority of each kind of key for the whole run, and an hour at which everything happens."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.shared.pki.revocations import Bench

from shared.pki.expectation import Expectation
from shared.pki.verdict import Verdict
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority, Holder
from shared.testing.identities import bin_, iin

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DOCUMENT = b'{"purpose":"application","audience":"shlyuz"}'


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def document() -> bytes:
    return DOCUMENT


@pytest.fixture(scope="session")
def data() -> Path:
    """Third-party cases: tests/pki_data, with a note of their origin."""
    return Path(__file__).parents[2] / "pki_data"


@pytest.fixture(scope="session")
def anna_iin() -> str:
    return iin(birth=date(1985, 3, 14), sex="f", number=7)


@pytest.fixture(scope="session")
def clinic_bin() -> str:
    return bin_(number=12)


@pytest.fixture
def authority() -> Authority:
    """An authority that a test may do with as it likes; elliptic keys, since it is made each time."""
    return Authority.create(at=NOW, algorithm="ecdsa")


@pytest.fixture(scope="session", params=["rsa", "ecdsa", "gost", "gost256"])
def each_authority(request: pytest.FixtureRequest) -> Authority:
    return Authority.create(at=NOW, algorithm=request.param)


@pytest.fixture
def anna(authority: Authority, anna_iin: str) -> Holder:
    return authority.citizen(iin=anna_iin, at=NOW, surname="АХМЕТОВА", given_name="ӘНЕЛЬ", patronymic="БОЛАТҚЫЗЫ")


Verify = Callable[..., Verdict]


@pytest.fixture
def verify(authority: Authority, anna_iin: str) -> Verify:
    """Verify against the authority with a fresh list, as the citizen Anna unless told otherwise."""

    def run(
        signature: bytes,
        *,
        document: bytes = DOCUMENT,
        expect: Expectation | None = None,
        at: datetime = NOW,
        verifier: Verifier | None = None,
    ) -> Verdict:
        chosen = verifier or Verifier(authority.trust(), authority.index(at=at))
        return chosen.verify(document, signature, at=at, expect=expect or Expectation.citizen(iin=anna_iin))

    return run


@pytest.fixture
def bench(authority: Authority, now: datetime) -> Bench:
    return Bench(authority, now)
