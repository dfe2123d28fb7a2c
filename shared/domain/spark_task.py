"""What a Spark job is told: a baseline, the cuts, and where the files of both sides lie."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from shared.domain.canonical import format_time
from shared.errors import InvalidData

SENT_WITH = "driftgate_task"
"""The package in the job's archive with the task as `task.json`: what is imported is found."""
MADE = "profile.json"
"""Spark writes a folder of this name; what was made are the lines of its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A file as a path below one of the job's roots; `start` is that of its folder's hour."""

    root: int
    path: str
    start: datetime | None = None

    def under(self, roots: Sequence[str]) -> str:
        """Its whole address, in which Spark sees no pattern."""
        path = "".join(f"\\{sign}" if sign in "{}[]*?\\" else sign for sign in self.path)
        return f"{roots[self.root].rstrip('/')}/{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The files with what was asked, or with what was answered; None is a column of no times."""

    files: tuple[TaskFile, ...] = ()
    time_column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A baseline in its JSON form, ascending cuts, and the two sides whose rows are counted."""

    baseline: Mapping[str, Any]
    cuts: tuple[datetime, ...]
    inputs: Side
    outputs: Side

    def to_json(self) -> str:
        """One line that `from_json` reads back."""
        plain = {
            "baseline": dict(self.baseline),
            "cuts": [format_time(cut) for cut in self.cuts],
            "inputs": _plain(self.inputs),
            "outputs": _plain(self.outputs),
        }
        return json.dumps(plain, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read it back. Raises InvalidData for what is no task."""
        try:
            plain = json.loads(text)
            return cls(
                baseline=plain["baseline"],
                cuts=tuple(datetime.fromisoformat(cut) for cut in plain["cuts"]),
                inputs=_side(plain["inputs"]),
                outputs=_side(plain["outputs"]),
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise InvalidData(f"The task cannot be read ({type(problem).__name__}).") from problem


def _plain(side: Side) -> dict[str, Any]:
    files = [
        {
            "root": file.root,
            "path": file.path,
            "start": None if file.start is None else format_time(file.start),
        }
        for file in side.files
    ]
    return {"files": files, "time_column": side.time_column}


def _side(plain: Mapping[str, Any]) -> Side:
    files = tuple(
        TaskFile(
            root=file["root"],
            path=file["path"],
            start=None if file["start"] is None else datetime.fromisoformat(file["start"]),
        )
        for file in plain["files"]
    )
    return Side(files=files, time_column=plain["time_column"])
