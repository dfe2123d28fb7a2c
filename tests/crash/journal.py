"""What a process did, line by line in a file that outlives it: whoever dies has said it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Each line is one write, so that a kill leaves whole lines only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, what: str, **facts: Any) -> None:
        """Write one line down."""
        os.write(self._file, json.dumps({"what": what, **facts}).encode() + b"\n")

    def lines(self) -> list[dict[str, Any]]:
        """All that was written, by whichever process."""
        return [json.loads(line) for line in self._path.read_bytes().splitlines()]

    def of(self, what: str) -> Iterator[dict[str, Any]]:
        """The lines of one kind."""
        return (line for line in self.lines() if line["what"] == what)

    def forget(self) -> None:
        """Begin anew."""
        os.truncate(self._path, 0)
