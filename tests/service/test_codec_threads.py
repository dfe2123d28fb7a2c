"""Several threads that read a class for the first time at once, which a lock has to order."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READING = """
import sys, threading
from shared.domain.state import SubjectState
from shared.service.codec import decode
sys.setswitchinterval(1e-6)
at_once, wrong = threading.Barrier(4), []
def read():
    at_once.wait()
    for _ in range(20):
        if decode({}, SubjectState) != SubjectState():
            wrong.append(1)
threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(wrong))
"""
PROCESSES = 6
"""Without the lock about one process in ten died of it."""


def test_a_class_can_be_read_by_several_threads_for_the_first_time_at_once():
    """In processes of their own: what failed was a segmentation fault."""
    started = [
        subprocess.Popen(  # noqa: S603  our own interpreter and our own code
            [sys.executable, "-c", READING],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(PROCESSES)
    ]

    assert [one.wait(60) for one in started] == [0] * PROCESSES
