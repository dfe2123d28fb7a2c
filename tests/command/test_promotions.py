"""`driftgate promotions` and `driftgate report`, on a ledger with one promotion."""

import json

import pytest
from typer.testing import CliRunner

from shared.cli.commands import app
from tests.service.promoted import commit, kept


@pytest.fixture
def ask(scene, monkeypatch):
    """The command in this process, on the scene's home."""
    commit(kept(), scene.application)
    monkeypatch.setenv("DRIFTGATE_HOME", str(scene.home))

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def test_what_is_on_its_way_is_listed_with_its_phase_and_why(ask):
    text = ask("promotions").stdout

    assert "loan-default:8" in text
    assert "rolling" in text
    assert "Step 3 of 4 bakes until 19:00 UTC." in " ".join(text.split())
    [row] = json.loads(ask("promotions", "loan-default", "--json").stdout)["promotions"]
    assert (row["version"], row["approved_by"]) == ("8", ["anna"])
    assert "No promotion of another is known" in ask("promotions", "another").stdout


def test_the_report_is_printed_or_written_in_the_forms_that_are_asked_for(ask, tmp_path):
    page, text = tmp_path / "made/page.html", tmp_path / "made/report.md"

    assert ask("report", "loan-default", "8").stdout.startswith("# loan-default:8 to production")
    quiet = ask("report", "loan-default", "8", "--html", page, "--markdown", text)
    told = ask("report", "loan-default", "8", "--stage", "production", "--json")

    assert (quiet.stdout, page.read_text()[:15]) == ("", "<!doctype html>")
    assert text.read_text().startswith("# loan-default:8 to production")
    assert json.loads(told.stdout)["phase"] == "rolling"


def test_a_version_that_is_not_known_is_one_sentence(ask):
    refused = ask("report", "loan-default", "99")

    assert refused.exit_code == 3
    assert "those of loan-default are: 8 (production)" in refused.stderr
