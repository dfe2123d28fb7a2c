"""The navigation of mkdocs.yml with its patterns replaced by the pages they stand for."""

from pathlib import Path
from typing import Any

Entry = Any
"""What YAML makes of a line: a page, or a title with a page or with entries below it."""


def expanded(entries: list[Entry], folder: Path) -> list[Entry]:
    """Each `folder/*.md` becomes the pages of that folder that have no line of their own.

    Its index comes first.
    A section in which nothing remains is left out, so that a folder may come later than its line.
    """
    named = {page for page in pages_of(entries) if "*" not in page}
    return _expanded(entries, folder, named)


def pages_of(entries: list[Entry]) -> list[str]:
    """Every page and pattern, in its order."""
    found: list[str] = []
    for entry in entries:
        below = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += pages_of(below) if isinstance(below, list) else [below]
    return found


def titles_of(entries: list[Entry], folder: Path) -> dict[str, str]:
    """What each page is called: as its line says, else as its first heading."""
    titles: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, str):
            titles[entry] = heading(folder / entry)
            continue
        for title, below in entry.items():
            titles |= titles_of(below, folder) if isinstance(below, list) else {below: title}
    return titles


def heading(page: Path) -> str:
    """The first heading of a page, its path where it has none or is made by the build."""
    lines = page.read_text(encoding="utf-8").splitlines() if page.is_file() else []
    return next((line[2:].strip() for line in lines if line.startswith("# ")), page.stem)


def _expanded(entries: list[Entry], folder: Path, named: set[str]) -> list[Entry]:
    result: list[Entry] = []
    for entry in entries:
        if isinstance(entry, dict):
            title, below = next(iter(entry.items()))
            if isinstance(below, list):
                below = _expanded(below, folder, named)
            if below:
                result.append({title: below})
        elif "*" in entry:
            found = sorted(
                folder.glob(entry), key=lambda page: (page.name != "index.md", page.name)
            )
            paths = (page.relative_to(folder).as_posix() for page in found)
            result += [path for path in paths if path not in named]
        else:
            result.append(entry)
    return result
