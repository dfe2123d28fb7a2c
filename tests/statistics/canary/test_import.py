"""What it costs to import the statistics."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("scipy.stats", "pyarrow", "polars", "pandas", "yaml")


def loaded_after(code, names):
    asked = f"import sys\n{code}\nprint(*[name for name in {names} if name in sys.modules])"
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.split()


def test_the_judge_is_loaded_when_it_is_first_asked_for():
    assert loaded_after("import shared.statistics", (*HEAVY, "shared.statistics.canary")) == []


def test_the_judge_needs_nothing_heavy():
    assert loaded_after("from shared.statistics import judge", HEAVY) == []
