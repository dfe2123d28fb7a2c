"""The arrows point inward, and the tree says what it is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from shared.domain.replay import WAYS_IN

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "shared").rglob("*.py"), *(ROOT / "functions").rglob("*.py")])


def test_the_import_contracts_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_decisions_read_no_clock_and_no_chance():
    forbidden = {"now", "utcnow", "today", "random", "uuid4", "time_ns", "monotonic"}
    for path in (ROOT / "shared" / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in forbidden, f"{path.name}: {node.func.attr}()"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_idea_of_at_most_four_hundred_lines(path):
    assert len(path.read_text().splitlines()) <= 400


def test_every_way_in_can_be_asked_for_in_a_replay():
    named = {
        node.value.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "via"
        if isinstance(node.value, ast.Constant)
    }

    assert {"event-grid", "azure-devops", "command", "api"} <= named <= set(WAYS_IN)


def test_each_test_is_a_sentence():
    """A test's name has at least three words."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert node.name.count("_") >= 3, f"{path.name}: {node.name}"


def test_decision_records_have_numbers_of_their_own():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")]

    assert numbers
    assert len(set(numbers)) == len(numbers)


def test_every_requirement_is_explained():
    text = (ROOT / "docs" / "dependencies.md").read_text()
    for line in (ROOT / "requirements.txt").read_text().split():
        name = line.split(">=")[0]
        assert f"`{name}`" in text, name
