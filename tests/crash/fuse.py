"""Counts the calls by which a process touches anything outside, and ends it at one of them."""

import os
import signal
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tests.crash.journal import Journal

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = frozenset(
    {"os.rename", "os.utime", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate"}
)
_LONGEST = 100


class Fuse:
    """Kills the process with SIGKILL at the call of this number; without one it only counts.

    Counted are SQL statements before they run, files that are opened for writing (before it, and
    when they are there and empty), renamed or removed, folders that are made, and every method of a
    port before and after it.
    """

    def __init__(self, journal: Journal, number: int | None) -> None:
        self._journal = journal
        self._number = number
        self._armed = False
        self.count = 0
        self.calls: list[str] = []

    def arm(self) -> None:
        """Count from here on."""
        self._armed = True

    def disarm(self) -> None:
        """Count no more."""
        self._armed = False

    def pass_by(self, where: str) -> None:
        """One call; the process may end here."""
        if not self._armed:
            return
        self.count += 1
        self.calls.append(where[:_LONGEST])
        if self.count == self._number:
            self._end(where)

    def _end(self, where: str) -> NoReturn:
        self._journal.note("killed", at=self.count, where=where[:_LONGEST])
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a process outlived SIGKILL")

    def watch(self) -> None:
        """Count the statements of every connection made from now on, and changes to files."""
        connect = sqlite3.connect

        def seen(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            connection.set_trace_callback(lambda statement: self.pass_by(f"sql {statement}"))
            return connection

        sqlite3.connect = seen
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._armed:
            return
        if event in _CHANGES:
            self.pass_by(f"{event} {arguments[0]}")
        elif event == "open" and _is_for_writing(*arguments):
            self._open(arguments[0], arguments[2])

    def _open(self, path: Any, flags: int) -> None:
        self.pass_by(f"open {path}")
        self.count += 1
        self.calls.append(f"opened {path}")
        if self.count == self._number:
            self._armed = False
            os.close(os.open(path, flags, 0o600))
            self._end(f"opened {path}")


def _is_for_writing(path: Any, _: str, flags: Any) -> bool:
    """Whether it is a file; before a draft is opened its folder is named."""
    if isinstance(path, int) or not isinstance(flags, int) or not flags & _WRITES:
        return False
    return not Path(path).is_dir()


class Probed:
    """A port whose methods the fuse sees before and after."""

    def __init__(self, name: str, port: Any, fuse: Fuse) -> None:
        self._name, self._port, self._fuse = name, port, fuse

    def __getattr__(self, method: str) -> Any:
        asked = getattr(self._port, method)
        if not callable(asked):
            return asked

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fuse.pass_by(f"before {self._name}.{method}")
            answer = asked(*args, **kwargs)
            self._fuse.pass_by(f"after {self._name}.{method}")
            return answer

        return call


class ProbedByName(Mapping[Any, Any]):
    """Ports by name, such as those of other workspaces, each of them seen."""

    def __init__(self, name: str, ports: Mapping[Any, Any], fuse: Fuse) -> None:
        self._name, self._ports, self._fuse = name, ports, fuse

    def __getitem__(self, key: Any) -> Any:
        return Probed(f"{self._name}[{key}]", self._ports[key], self._fuse)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ports)

    def __len__(self) -> int:
        return len(self._ports)
