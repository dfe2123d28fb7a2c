"""What the tutorial shows is what its commands answer."""

import os
import sys
from pathlib import Path

from documentation.tutorial import answers, missing, steps_of

ROOT = Path(__file__).resolve().parents[2]
SET_UP = ("make serve", "driftgate serve")
"""Blocks with these set up what the test already has, or do not end by themselves."""
OF_OTHERS = "DRIFTGATE_"


def commanded() -> list:
    steps = steps_of((ROOT / "docs/tutorial.md").read_text())
    return [step for step in steps if not any(word in step.commands for word in SET_UP)]


def environment() -> dict[str, str]:
    """A shell in which `driftgate` and `python` are those of this checkout."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(OF_OTHERS)}
    commands = Path(sys.executable).parent
    return {**own, "PATH": f"{commands}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def test_each_command_of_the_tutorial_answers_as_it_is_shown(tmp_path):
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    steps = commanded()
    answered = answers(steps, tmp_path, environment())
    assert len(answered) == len(steps) > 12
    for step, answer in zip(steps, answered, strict=True):
        assert missing(step.shown, answer) == [], f"{step.commands}\nanswered\n{answer}"


def test_a_line_that_was_not_answered_is_missing():
    assert missing("pass a\n…\nfail b\n", "pass a\nx\nfail c\n") == ["fail b"]


def test_lines_in_another_order_are_missing():
    assert missing("b\na\n", "a\nb\n") == ["a"]
