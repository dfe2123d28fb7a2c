"""`driftgate status` of a model says where each version stands on its way."""

import pytest
from typer.testing import CliRunner

from shared.cli.commands import app
from tests.service.promoted import commit, kept


@pytest.fixture
def told(scene, monkeypatch):
    """What the command prints of a model with one promotion."""
    commit(kept(), scene.application)
    monkeypatch.setenv("DRIFTGATE_HOME", str(scene.home))
    return " ".join(CliRunner().invoke(app, ["status", "loan-default"]).stdout.split())


def test_a_promotion_is_told_with_its_run_and_who_approved_it(told):
    assert "8 to production: rolling since" in told
    assert "anna approved in the pipeline, counts" in told
    assert "run " in told


def test_what_is_missing_is_told_and_nothing_in_it_is_a_command():
    from io import StringIO

    from rich.console import Console

    from shared.cli.terminal.printing import print_promotion

    out = StringIO()
    promotion = {
        "version": "8",
        "stage": "production",
        "phase": "blocked",
        "since": "2026-02-03T12:00:00Z",
        "why": "1 gate is not passed",
        "basis": None,
        "missing": ["##vso[task.complete]"],
        "run": None,
        "approvals": [
            {
                "by": "ben",
                "status": "approved",
                "counts": False,
                "why": "it is older than 3 d",
                "place": "driftgate",
            }
        ],
    }
    print_promotion(Console(file=out, width=200), promotion)

    assert "##vso[" not in out.getvalue()
    assert "ben approved in Driftgate, does not count: it is older than 3 d" in out.getvalue()
