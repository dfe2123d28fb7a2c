"""Every page of the documentation has a place, and what pages say of the code is so."""

import re
from pathlib import Path

import yaml

from documentation.navigation import expanded, pages_of, titles_of
from shared.domain.alert import AlertKind

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MADE_BY_THE_BUILD = {"changelog.md"}


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
