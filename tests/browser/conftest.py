"""The demo, served as a newcomer serves it, and a real browser before it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.operator import Operator

ROOT = Path(__file__).resolve().parents[2]
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served demo keeps its state."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Where `driftgate serve --demo` says that it is served; it runs until the tests are over."""
    command = [sys.executable, "-m", "shared.cli.main", "serve", "--demo", "--port", "0", "--json"]
    environment = {**os.environ, "DRIFTGATE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(  # noqa: S603  our own interpreter and our own code
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        try:
            rows = (json.loads(line) for line in served.stdout)
            yield next(row["url"] for row in rows if row["what"] == "serving")
        finally:
            served.send_signal(signal.SIGTERM)
            served.stdout.close()
            served.wait(timeout=30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, named by DRIFTGATE_CHROMIUM where it lies elsewhere."""
    found = os.environ.get("DRIFTGATE_CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(_SWITCHES))
        yield started
        started.close()


@pytest.fixture
def operator(browser: Browser, address: str) -> Iterator[Callable[..., Operator]]:
    """Somebody at the console, on a screen of their own; no page may have a fault of its own."""
    sitting: list[Operator] = []

    def sit_down(**screen: Any) -> Operator:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "bypass_csp": False, **screen}
        )
        sitting.append(Operator(context.new_page(), address))
        return sitting[-1]

    yield sit_down
    for one in sitting:
        one.page.context.close()
        assert one.faults == []
