"""The list of decisions, made out of their headings."""

import re
from pathlib import Path

_FILE = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
_UNBROKEN = "\N{NON-BREAKING HYPHEN}"
_DATED = re.compile(r"^Date: (\S+?)\. Status: (.+?)\.?$", re.MULTILINE)


def index_of(folder: Path) -> str:
    """A table of all decisions, the newest first."""
    rows = ["| | what was decided | when | |", "| --- | --- | --- | --- |"]
    for page in sorted(folder.iterdir(), reverse=True):
        named = _FILE.fullmatch(page.name)
        if named is None:
            continue
        text = page.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ").partition(":")[2].strip()
        dated = _DATED.search(text)
        if dated is None:
            raise ValueError(f"{page.name} has no line `Date: ... Status: ...`; write one.")
        day = dated[1].replace("-", _UNBROKEN)
        rows.append(f"| {named[1]} | [{title}]({page.name}) | {day} | {dated[2]} |")
    return (
        "# Decisions\nWhat was decided in the making of Driftgate, and why; one page each, with "
        "what was not chosen. A decision that no longer holds stays and says what took its "
        "place.\n\n" + "\n".join(rows) + "\n"
    )
