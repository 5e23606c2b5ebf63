"""The printed forms: the head of each says which fields are the decree's and which are ours."""

from datetime import date
from itertools import takewhile
from pathlib import Path

import pytest

from certificate.module import TEMPLATES
from shared.procedure import load

REGULATIONS = load(Path(__file__).parents[2] / "shared" / "regulations")
EDITIONS = [edition for edition in REGULATIONS.current(date(2026, 4, 6)) if edition.owner == "certificate"]


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.service)
class TestATemplate:
    def test_says_in_its_head_what_is_the_decrees_and_what_is_ours(self, edition):
        (result,) = edition.results
        lines = (TEMPLATES / f"{result.form}.typ").read_text("utf-8").splitlines()
        head = " ".join(line.removeprefix("// ") for line in takewhile(lambda line: line.startswith("//"), lines))
        assert head.startswith(f"The result of {edition.region} {edition.service}: {result.clause}.")
        for words in ("decree's", "keeps room", "not at hand", "are ours"):
            assert words in head
