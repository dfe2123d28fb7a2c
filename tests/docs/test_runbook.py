"""Every kind of alert has its page in the runbook, and what stands there exists."""

import re
import shlex

import pytest
import typer

from documentation.runbook import FOLDER, HEADINGS, SCENARIOS, page_of, refreshed
from shared.cli.commands import app
from shared.domain.alert import AlertKind
from shared.scenarios import read_scenario

PLAYED_AGAIN = (AlertKind.NO_TRAFFIC, AlertKind.OUTBOX_STUCK)
NAMED = re.compile(r"<!-- example: ([\w-]+) -->\n>")
SPANS = re.compile(r"`(driftgate [^`]+)`")
BLOCKS = re.compile(r"^ {4}(driftgate .+)$", re.MULTILINE)


def text_of(kind):
    return page_of(kind).read_text(encoding="utf-8")


def commands():
    return sorted(
        {
            command
            for page in FOLDER.glob("*.md")
            for pattern in (SPANS, BLOCKS)
            for command in pattern.findall(page.read_text(encoding="utf-8"))
        }
    )


def test_there_is_a_page_for_each_kind_and_no_other():
    assert {path.stem for path in FOLDER.glob("*.md")} == {*AlertKind} | {"index"}


@pytest.mark.parametrize("kind", AlertKind)
def test_a_page_has_every_heading_with_something_below_it(kind):
    parts = re.split(r"^## (.+)$", text_of(kind), flags=re.MULTILINE)

    assert tuple(parts[1::2]) == HEADINGS
    assert all(part.strip() for part in parts[2::2])
    assert f"\n`{kind.value}` · severity: " in parts[0]


@pytest.mark.parametrize("kind", AlertKind)
def test_a_pages_example_is_of_a_scenario_that_expects_this_kind(kind):
    [named] = NAMED.findall(text_of(kind))

    expected = read_scenario(SCENARIOS / f"{named}.scenario").expectations
    assert f"samples/scenarios/{named}.scenario" in text_of(kind)
    assert kind.value in {one.kind for one in expected}


@pytest.mark.parametrize("kind", PLAYED_AGAIN)
def test_an_example_is_what_its_scenario_tells_when_it_is_played_again(kind):
    assert refreshed(text_of(kind), kind) == text_of(kind)


def test_the_index_links_every_page():
    linked = re.findall(r"\]\((\w+)\.md\)", (FOLDER / "index.md").read_text(encoding="utf-8"))

    assert sorted(linked) == sorted(kind.value for kind in AlertKind)


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_runbook_is_one_that_driftgate_understands(command):
    """Parsed as it would be when typed, and not run."""
    found = typer.main.get_command(app)
    words = shlex.split(command)[1:]
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]

    with found.make_context("driftgate", words) as context:
        assert context.params
