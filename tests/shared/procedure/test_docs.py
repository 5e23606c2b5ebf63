"""docs/procedures.md is what the regulations say today."""

import subprocess
import sys
from pathlib import Path

from shared.procedure.docs import main, page

ROOT = Path(__file__).parents[3]


class TestTheProceduresPage:
    def test_is_up_to_date(self, regulations):
        committed = (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8")
        assert committed == page(regulations), "run: python -m shared.procedure.docs"

    def test_is_written_where_it_is_wanted(self, tmp_path, regulations, monkeypatch):
        monkeypatch.chdir(ROOT)
        main(["shared/regulations", str(tmp_path / "page.md")])
        assert (tmp_path / "page.md").read_text(encoding="utf-8") == page(regulations)

    def test_is_generated_by_a_program(self, tmp_path):
        command = [sys.executable, "-m", "shared.procedure.docs", "shared/regulations", str(tmp_path / "page.md")]
        subprocess.run(command, cwd=ROOT, check=True)
        assert (tmp_path / "page.md").read_text(encoding="utf-8").startswith("# Procedures")

    def test_says_when_an_edition_may_change_under_its_id(self, regulations):
        head, *_ = page(regulations).partition("| regulation |")
        assert "from then on each change is a new\nedition" in head

    def test_draws_every_step_of_every_regulation(self, regulations):
        text = page(regulations)
        for editions in regulations.editions.values():
            for edition in editions:
                for step in edition.steps:
                    assert f"as step_{step.key.replace('-', '_')}\n" in text
                    assert f"`{step.performer}`" in text
