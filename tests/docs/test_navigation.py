"""Every page of the documentation has a place, and what pages say of the code is so."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from documentation.navigation import expanded, pages_of, titles_of
from shared.cli.commands import app
from shared.domain.alert import AlertKind

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MADE_BY_THE_BUILD = {"changelog.md"}
COMING: set[str] = set()
"""Commands that pages speak of before they are there."""
LINES = re.compile(r"^(?: {4,}|)(?:\.venv/bin/)?driftgate (?P<words>[a-z].*)$", re.MULTILINE)
INLINE = re.compile(r"`driftgate (?P<words>[a-z][^`]*)`")
WORD = re.compile(r"[a-z][a-z-]*")


class Reading(yaml.SafeLoader):
    """mkdocs.yml may name objects of the site's own Python, which is not here."""


Reading.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
NAVIGATION = yaml.load((ROOT / "mkdocs.yml").read_text(), Reading)["nav"]  # noqa: S506


def written() -> set[str]:
    return {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}


def test_every_page_has_one_place_in_the_navigation():
    pages = pages_of(expanded(NAVIGATION, DOCS))
    assert sorted(pages) == sorted(written() | MADE_BY_THE_BUILD)


def test_a_pattern_stands_for_the_pages_without_a_line_of_their_own(tmp_path):
    (tmp_path / "adr").mkdir()
    for name in ("index", "0002-b", "0001-a"):
        (tmp_path / f"adr/{name}.md").write_text(f"# {name}")
    told = expanded([{"Decisions": ["adr/index.md", "adr/*.md"]}], tmp_path)
    assert told == [{"Decisions": ["adr/index.md", "adr/0001-a.md", "adr/0002-b.md"]}]


def test_a_section_without_pages_is_left_out(tmp_path):
    assert expanded([{"Runbook": ["runbook/*.md"]}], tmp_path) == []


def test_a_page_is_called_as_its_line_says_or_else_by_its_heading(tmp_path):
    (tmp_path / "one.md").write_text("# The one\n")
    told = titles_of([{"A": ["one.md", {"Other": "two.md"}]}], tmp_path)
    assert told == {"one.md": "The one", "two.md": "Other"}


def test_the_glossary_has_every_kind_of_alert_and_no_other():
    kinds = (DOCS / "glossary.md").read_text().partition("## Kinds of alerts")[2]
    named = re.findall(r"\[`([a-z_]+)`\]\(runbook/\1\.md\)", kinds)
    assert sorted(named) == sorted(kind.value for kind in AlertKind)


def commands() -> Iterator[tuple[str, str]]:
    """Each `driftgate ...` of a page, with the page; decisions of the past name what was then."""
    for path in [*sorted(written()), "../README.md"]:
        if not path.startswith("adr/0"):
            text = (DOCS / path).read_text()
            for pattern in (LINES, INLINE):
                yield from ((path, found["words"]) for found in pattern.finditer(text))


def fault(words: str) -> str | None:
    """What of a command's words is none."""
    command = get_command(app)
    parts = shlex.split(words.partition("  #")[0].rstrip("\\"), posix=False)
    while parts and hasattr(command, "commands") and WORD.fullmatch(parts[0]):
        name = parts.pop(0)
        if name in COMING:
            return None
        if name not in command.commands:
            return f"there is no command {name}"
        command = command.commands[name]
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    given = {part.partition("=")[0].rstrip(",.;:)]") for part in parts if part.startswith("--")}
    unknown = sorted(given - options - {"--help"})
    return f"{command.name} has no {', '.join(unknown)}" if unknown else None


FOUND = list(commands())


@pytest.mark.parametrize("path", sorted({path for path, _ in FOUND}))
def test_commands_and_options_of_a_page_are_there(path):
    faults = [(words, fault(words)) for page, words in FOUND if page == path]
    assert [f"{words}: {why}" for words, why in faults if why] == []


def test_enough_commands_are_looked_at():
    assert len(FOUND) > 150
    assert fault("alarts") == "there is no command alarts"
    assert fault("silence --fore 2h x") == "silence has no --fore"
