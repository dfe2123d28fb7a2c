"""The tree of commands: each has JSON, an example and exit codes, and what is written fits it.

`DRIFTGATE_GOLDEN=write python -m pytest tests/command/test_tree.py` writes `docs/cli.md` anew.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
import typer

from shared.cli.commands import GROUPS, PANELS, app
from shared.cli.reach.guarding import leaves
from shared.cli.reach.table import ALIASES
from shared.cli.reference import reference

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "cli.md"
TREE = typer.main.get_command(app)
LEAVES = {path: command for path, command in leaves(TREE.commands) if not command.hidden}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
UNTIL = {"|", "&&", ">", ";", "2>"}
"""Where a command ends in a shell's line."""
NO_COMMANDS = {"is", "and"}
"""Words behind the name in sentences that are no command."""


def options(command):
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)}


def examples(command):
    """What the help shows to be typed, joined where it goes on in the next line."""
    parts = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    return [part.removeprefix("Example: ") for part in parts if part.startswith("Example: ")]


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_each_has_json_an_example_that_can_be_typed_and_its_exit_codes(path):
    command = LEAVES[path]

    assert "--json" in options(command)
    assert re.search(r"Exit codes?:? 0 ", command.help)
    [example] = examples(command)
    assert meant(example) == path


def test_each_stands_in_a_panel_of_the_help():
    shown = {name for name, one in TREE.commands.items() if not one.hidden}
    names = {id(group): name for name, group in GROUPS.items()}
    members = [one for panel in PANELS.values() for one in panel]

    assert {names.get(id(one)) or one.__name__.replace("_", "-") for one in members} == shown
    assert all(TREE.commands[name].rich_help_panel in PANELS for name in shown)


@pytest.mark.parametrize(("alias", "words"), sorted(ALIASES.items()))
def test_other_words_do_the_same_and_are_not_listed(run, alias, words):
    assert TREE.commands[alias].hidden
    assert (
        run(alias, "--help").stdout.partition("Usage:")[2].split()[2:]
        == (run(*words.split(), "--help").stdout.partition("Usage:")[2].split()[3:])
    )


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("silence", "silence list"),
        ("silence --json", "silence list"),
        ("silence kind=drift --for 2h --because x", "silence declare"),
        ("silence --for 2h --because x kind=drift", "silence declare"),
        ("intent", "intent list"),
        ("retraining churn", "retraining list"),
        ("replay", "replay run"),
        ("replay --since 30d", "replay run"),
        ("replay stop lost --because x", "replay stop"),
        ("deadletters", "deadletters"),
        ("policy a.yaml", "policy check"),
    ],
)
def test_where_no_word_is_named_the_usual_one_is_meant(words, path):
    assert meant(f"driftgate {words}") == path


def test_the_reference_is_that_of_the_tree():
    begins = f"## {next(iter(PANELS))}\n"
    introduction, _, rest = REFERENCE.read_text(encoding="utf-8").partition(begins)
    if os.environ.get("DRIFTGATE_GOLDEN") == "write":
        REFERENCE.write_text(f"{introduction}{reference()}", encoding="utf-8")
        return

    assert f"{begins}{rest}" == reference()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_tells_people_to_type_can_be_typed(page):
    wrong = []
    for line, whole in told(page.read_text(encoding="utf-8")):
        try:
            meant(line, whole=whole)
        except (typer.TyperException, AssertionError, ValueError) as problem:
            wrong.append(f"{line}: {problem}")

    assert wrong == []


def test_every_command_that_driftgate_itself_tells_people_to_type_is_one():
    shown = {name for name, one in TREE.commands.items() if not one.hidden}
    texts = [path for kind in ("*.py", "*.j2", "*.json") for path in (ROOT / "shared").rglob(kind)]
    found = {
        word
        for path in texts
        for word in re.findall(r"(?<![\w/.-])driftgate ([a-z][a-z-]*)", path.read_text())
    }

    assert len(found) > 15
    assert found - NO_COMMANDS - shown == set()


def told(text):
    """Each command in a page's code, and whether it is a whole line that can be run as it is."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            code = line.partition(" #")[0].rstrip(" \\")
            found = re.search(r"(?:^|[\s(/])driftgate ([a-z-].*)$", code)
            if found is not None and not re.search(r"--[a-z-]+ driftgate ", code):
                yield f"driftgate {found[1]}", not re.search("…|\\.\\.\\.|[A-Z]{3,}", found[1])
        else:
            for code in re.findall(r"`((?:[^`]*/)?driftgate [^`]+)`", line):
                yield f"driftgate {code.partition('driftgate ')[2]}", False


def meant(line, *, whole=True):
    """Which command a line means. Raises for words that are none, `whole` ones that lack some."""
    words = []
    for word in shlex.split(line)[1:]:
        if word in UNTIL:
            break
        words.append(word)
    helped = {"--help", "-h"} & set(words)
    words = [word for word in words if word not in helped]
    if not whole:
        words = [word for word in words if not word.startswith(("[", "…"))]
    if "COMMAND" in words or not words or words[0].startswith("--in"):
        return ""
    command, path = TREE, []
    while hasattr(command, "commands"):
        if helped and not words:
            return " ".join(path)
        context = command.make_context("driftgate", list(words))
        rest = [*context._protected_args, *context.args]
        if not rest:
            return " ".join(path)
        name, command, words = command.resolve_command(context, rest)
        assert not command.hidden, f"{name} is another word for {ALIASES.get(name)}"
        path.append(name)
    parser = command.make_parser(typer.Context(command))
    given, left, _ = parser.parse_args(args=list(words))
    assert not left, f"{left} is too much"
    if whole and not helped:
        missing = [one.name for one in command.params if one.required and not given.get(one.name)]
        assert not missing, f"{missing} is missing"
    return " ".join(path)
