"""Things by the name of their folder: the workspaces of other stages."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from shared.adapters.names import is_plain_name

Thing = TypeVar("Thing")


class Folders(Mapping[str, Thing]):
    """One thing a folder, looked for when it is asked for, so that a new folder counts at once."""

    def __init__(self, folder: Path, make: Callable[[Path], Thing]) -> None:
        self._folder = folder
        self._make = make

    def __getitem__(self, name: str) -> Thing:
        path = self._folder / name
        if not is_plain_name(name) or not path.is_dir():
            raise KeyError(name)
        return self._make(path)

    def __iter__(self) -> Iterator[str]:
        if self._folder.is_dir():
            yield from sorted(one.name for one in self._folder.iterdir() if one.is_dir())

    def __len__(self) -> int:
        return sum(1 for _ in self)
