"""One server of forks a test process: it has no threads, so that a fork has all there is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def killed_in() -> Iterator[Ask]:
    """Kills in a case and tells what was found."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash"],
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
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
