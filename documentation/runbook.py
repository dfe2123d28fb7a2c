"""The examples of docs/runbook: what people are told, out of the scenarios, never typed.

Each page holds a marked example of its kind; this plays the scenario it names and writes what was
told then. Run: python -m documentation.runbook
"""

import re
from functools import cache
from html import escape
from pathlib import Path

from shared.domain.alert import AlertKind
from shared.scenarios import play, read_scenario
from shared.scenarios.played import Told
from shared.scenarios.script import Wanted

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "runbook"
SCENARIOS = ROOT / "samples" / "scenarios"
HEADINGS = (
    "What it means",
    "What you see",
    "How sure it is",
    "First step",
    "Usual causes",
    "Where to look",
    "How it ends",
    "Tune or silence it",
)
_EXAMPLE = re.compile(r"<!-- example: (?P<scenario>[\w-]+) -->\n.*?<!-- end of example -->", re.S)


def page_of(kind: AlertKind) -> Path:
    """Where a kind's page lies."""
    return FOLDER / f"{kind.value}.md"


@cache
def told_in(scenario: str) -> tuple[Told, ...]:
    """Everything that is told when a scenario is played."""
    return play(read_scenario(SCENARIOS / f"{scenario}.scenario")).told


def example(scenario: str, kind: AlertKind) -> str:
    """The first alert of a kind that a scenario tells, and how one ended, as a marked quotation."""
    told = [one for one in told_in(scenario) if one.kind == kind.value]
    alert = next(one for one in told if one.what is Wanted.ALERT)
    ends = [one for one in told if one.what is Wanted.RESOLVE]
    ends.sort(key=lambda one: one.fingerprint != alert.fingerprint)
    *text, first_step = alert.text.splitlines()
    lines = [
        f"**{_plain(alert.title)}** ({alert.severity})",
        *(_plain(line) for line in text if line.strip()),
        f"*First step:* {_plain(first_step)}",
        *(f"*Over:* {_plain(over.text)}" for over in ends[:1]),
    ]
    quoted = "\n>\n".join(f"> {line}" for line in lines)
    return f"<!-- example: {scenario} -->\n{quoted}\n<!-- end of example -->"


def refreshed(page: str, kind: AlertKind) -> str:
    """The page with its example as it is told today."""
    return _EXAMPLE.sub(lambda found: example(found["scenario"], kind), page)


def _plain(text: str) -> str:
    """Text of an alert as Markdown that shows it unchanged."""
    return re.sub(r"([\\`*_\[\]])", r"\\\1", escape(text.strip(), quote=False))


def main() -> None:
    """Write every example anew."""
    for kind in AlertKind:
        page = page_of(kind)
        page.write_text(refreshed(page.read_text(encoding="utf-8"), kind), encoding="utf-8")


if __name__ == "__main__":
    main()
