"""The command in a process of its own, with a home of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path):
    def command(*arguments, home=tmp_path / "home", **environment):
        return subprocess.run(  # noqa: S603  our own interpreter and our own command
            [sys.executable, "-m", "shared.cli.main", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "DRIFTGATE_HOME": str(home), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return command
