"""Files that are there whole or not at all, whatever happens while they are written."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.errors import Unavailable


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none of it, and a loss of power keeps it.

    Raises Unavailable where the disk does not take it, and leaves no draft then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            draft = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                file.close()
                draft.replace(path)
            except OSError:
                draft.unlink(missing_ok=True)
                raise
        _keep_names(path.parent)
    except OSError as problem:
        raise Unavailable(f"{path.name} cannot be written: {problem.strerror}.") from problem


def _keep_names(folder: Path) -> None:
    """A file's name belongs to its folder, which the disk keeps apart."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
