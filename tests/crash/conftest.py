"""One server of forks a test process: it has no threads, so that a fork has all there is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def killed_in() -> Iterator[Ask]:
    """Kills in a case and tells what was found."""
    with _server() as ask:
        yield ask


@pytest.fixture(scope="session")
def killed_on_azure() -> Iterator[Ask]:
    """The same where state lies on Azurite and in the test broker."""
    with _server("azure") as ask:
        yield ask


@contextmanager
def _server(*place: str) -> Iterator[Ask]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", "tests.crash", *place],
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, said = process.stdin, process.stdout

        def ask(case: str, **how: Any) -> dict[str, Any]:
            asked.write(json.dumps({"case": case, **how}) + "\n")
            asked.flush()
            answer: dict[str, Any] = json.loads(said.readline())
            return answer

        yield ask
        asked.close()
