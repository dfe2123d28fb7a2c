"""docs/comparison.md says where each of its claims is from, and what others do better first."""

import re
from pathlib import Path

TEXT = (Path(__file__).resolve().parents[2] / "docs/comparison.md").read_text(encoding="utf-8")
CLAIMS, _, SOURCES = TEXT.partition("## Sources")


def test_every_source_is_cited_and_every_citation_has_its_source():
    cited = {int(number) for number in re.findall(r"\[(\d+)\](?!\()", CLAIMS)}
    listed = [int(number) for number in re.findall(r"^(\d+)\. <https://", SOURCES, re.MULTILINE)]

    assert listed == list(range(1, len(listed) + 1))
    assert cited == set(listed)


def test_what_the_other_does_better_comes_first():
    tools = re.split(r"^## ", CLAIMS, flags=re.MULTILINE)[1:-1]

    assert len(tools) == 5
    for tool in tools:
        parts = [tool.index(f"**{part}**") for part in ("Better there", "What Driftgate adds")]
        assert parts == sorted(parts)
        assert "**Take it instead**" in tool


def test_a_comparison_has_a_date():
    assert re.search(r"As of \w+ 20\d\d", TEXT)
