"""The commands of a page that is read from top to bottom, run in their order."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<kind>sh|text)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_TIMES = re.compile(r"(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC)")
_IDS = re.compile(r"\b[0-9a-f]{12,64}\b")
_SPANS = re.compile(r"(?:\d+ (?:d|h|min|s)\b ?)+|less than a minute")
_SPEED = re.compile(r"\d+ links in [\d.]+ s \([\d,]+ links/s\)")
CUT = "…"
"""A line of it in what is shown stands for any lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Commands as they stand in one block, and what the page shows of their answer."""

    commands: str
    shown: str


def steps_of(markdown: str) -> Iterator[Step]:
    """Each block of commands with the block of text behind it, where there is one."""
    blocks = list(_BLOCK.finditer(markdown))
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block["kind"] == "sh":
            answered = after is not None and after["kind"] == "text"
            yield Step(commands=block["body"], shown=after["body"] if after and answered else "")


def answers(steps: Sequence[Step], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """What one shell in the folder answers to each step, in their order."""
    mark = "=== next step ==="
    script = "\n".join(f"{step.commands}\necho '{mark}'" for step in steps)
    done = subprocess.run(  # noqa: S603  the commands of our own page
        ["/bin/bash", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.split(f"{mark}\n")[: len(steps)]


def missing(shown: str, answer: str) -> list[str]:
    """Lines that are shown and were not answered in this order, but for what differs each time."""
    left = iter(comparable(answer))
    return [line for line in comparable(shown) if line != CUT and line not in left]


def comparable(text: str) -> list[str]:
    """Lines without what differs each time: times, ages, identities, the width of columns.

    >>> comparable("fail at 2026-02-03 10:15 UTC, 30 min ago, 3a040243cb4550d5")
    ['fail at TIME, SPAN ago, ID']
    """
    lines = []
    for line in text.splitlines():
        timeless = _TIMES.sub("TIME", _SPEED.sub("LINKS", line))
        masked = _SPANS.sub("SPAN ", _IDS.sub("ID", timeless)).replace("─", "")
        plain = re.sub(r"\s+(?=,)", "", " ".join(masked.split()))
        if plain:
            lines.append(plain)
    return lines
