"""docs/limits.md says the numbers of the code, and names for each a test that goes to it."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/limits.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<number>[\d ]+) \| (?P<beyond>[^|]+) "
    r"\| `(?P<constant>[\w.]+)` \| `(?P<test>tests/[\w/]+\.py)` \|$",
    re.MULTILINE,
)
ROWS = [match.groupdict() for match in ROW.finditer(PAGE)]
OF_THE_HOST = {
    "maxConcurrentSessions": 5,
    "maxConcurrentCalls": 4,
    "maxConcurrentCallsPerSession": 1,
}


def number(text):
    return int(text.replace(" ", ""))


def value_of(constant):
    module, _, name = constant.rpartition(".")
    return getattr(import_module(f"shared.{module}"), name)


def spellings(value):
    return {str(value), f"{value:_}", f"{value:,}"}


def test_every_line_of_a_table_of_constants_is_read():
    lines = [line for line in PAGE.splitlines() if "| `tests/" in line]

    assert len(ROWS) == len(lines) > 30
    assert len({row["constant"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["constant"])
def test_a_number_on_the_page_is_that_of_the_code_and_its_test_is_about_it(row):
    value = value_of(row["constant"])
    test = (ROOT / row["test"]).read_text(encoding="utf-8")

    assert number(row["number"]) == value
    name = row["constant"].rpartition(".")[2]
    assert name in test or any(spelled in test for spelled in spellings(value))


def test_the_numbers_on_top_are_those_of_the_tables():
    [columns] = re.findall(r"^\| columns of a model \| ([\d ]+) \|", PAGE, re.MULTILINE)
    [named, known] = re.findall(r"\| (\d+) by name, ([\d ]+) as known \|", PAGE)[0]
    [policy] = re.findall(r"\| (\d+) KiB, (\d+) KPIs, (\d+) batch endpoints, (\d+) limits \|", PAGE)
    by_constant = {row["constant"]: number(row["number"]) for row in ROWS}

    assert number(columns) == by_constant["profiles.bounds.MOST_COLUMNS"]
    assert number(named) == by_constant["profiles.compute.DEFAULT_TOP"]
    assert number(known) == by_constant["profiles.bounds.MOST_KNOWN"]
    assert [int(one) for one in policy] == [
        by_constant["policies.yaml_files.MOST_FILE"] // 1024,
        by_constant["policies.length_checks.MOST_KPIS"],
        by_constant["policies.length_checks.MOST_BATCH"],
        by_constant["policies.gate_checks.MOST_LIMITS"],
    ]
    assert by_constant["service.intake.parsing.MOST_BYTES"] == 1024 * 1024
    assert by_constant["service.intake.parsing.MOST_EVENT"] == 224 * 1024


def test_what_the_host_is_told_is_on_the_page():
    host = json.loads((ROOT / "host.json").read_text())
    bus = host["extensions"]["serviceBus"]

    assert {name: bus[name] for name in OF_THE_HOST} == OF_THE_HOST
    for name, value in OF_THE_HOST.items():
        assert re.search(rf"\| {value} \| `{name}`", PAGE)
    assert host["functionTimeout"] == "00:10:00"
    assert "| 600 | `functionTimeout`" in PAGE
