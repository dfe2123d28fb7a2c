"""The command with a home of its own: in this process, which is quick, or in one of its own."""

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from shared.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """What a command said and how it ended, by the names that a process has for them."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Through the same `main` that a process starts with, without paying for its start."""

    def command(*arguments, home=tmp_path / "home", **environment):
        out, err = StringIO(), StringIO()
        with monkeypatch.context() as here, redirect_stdout(out), redirect_stderr(err):
            here.chdir(ROOT)
            here.setattr(sys, "argv", ["driftgate", *map(str, arguments)])
            for name, value in {"DRIFTGATE_HOME": str(home), **environment}.items():
                here.setenv(name, value)
            code = _ended()
        return Done(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())

    return command


@pytest.fixture
def run_alone(tmp_path):
    """In a process of its own, as a person or a pipeline does."""

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


def _ended() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
