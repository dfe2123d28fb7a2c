"""What is said of capacity, what is set for it, and what Azure allows go together."""

import json
import re
from datetime import timedelta
from pathlib import Path

from shared.adapters.azure.retries import LONGEST_WAIT, within_budget

ROOT = Path(__file__).parents[2]
HOST = json.loads((ROOT / "host.json").read_text())
BUS = HOST["extensions"]["serviceBus"]
SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
MAIN = (ROOT / "infra/main.bicep").read_text()
APP = (ROOT / "infra/modules/app.bicep").read_text()
PAGE = (ROOT / "docs/capacity.md").read_text()
DEPLOY = (ROOT / "docs/deploy.md").read_text()

QUERIES_AT_ONCE, QUERIES_WAITING = 5, 200
"""Of one identity in Log Analytics, as Azure documents it: one more is refused with 429."""


def found(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    assert match is not None, pattern
    return int(match.group(1))


def documented(name: str) -> int:
    return found(rf"\| `{name}` \| (\d+) \|", PAGE)


INSTANCES = found(r"param maximumInstanceCount int = (\d+)", MAIN)
THREADS = found(r"PYTHON_THREADPOOL_THREAD_COUNT: '(\d+)'", APP)


def test_the_page_tells_the_values_that_are_set():
    assert documented("maxConcurrentSessions") == BUS["maxConcurrentSessions"]
    assert documented("maxConcurrentCalls") == BUS["maxConcurrentCalls"]
    assert documented("PYTHON_THREADPOOL_THREAD_COUNT") == THREADS
    assert documented("maximumInstanceCount") == INSTANCES
    assert documented("instanceMemoryMB") == found(r"var instanceMemory = (\d+)", APP)
    assert int(SAMPLE["PYTHON_THREADPOOL_THREAD_COUNT"]) == THREADS
    assert f"`maxConcurrentSessions` {BUS['maxConcurrentSessions']} " in DEPLOY


def test_every_session_has_a_thread():
    assert BUS["maxConcurrentSessions"] <= THREADS
    assert BUS["maxConcurrentCalls"] <= THREADS


def test_all_instances_together_ask_no_more_than_log_analytics_lets_wait():
    at_once = INSTANCES * BUS["maxConcurrentSessions"]

    assert at_once <= QUERIES_AT_ONCE + QUERIES_WAITING


def test_one_worker_process_an_instance():
    for text in (APP, json.dumps(SAMPLE)):
        assert "FUNCTIONS_WORKER_PROCESS_COUNT" not in text


def test_a_look_that_is_throttled_at_every_call_ends_before_its_function_and_its_lock():
    hours, minutes, seconds = map(int, HOST["functionTimeout"].split(":"))
    function = timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    query = within_budget({})["retry_policy"].timeout + LONGEST_WAIT
    read = 60.0 + LONGEST_WAIT

    assert 3 * read + query < function
    assert BUS["maxAutoLockRenewalDuration"] == HOST["functionTimeout"]
