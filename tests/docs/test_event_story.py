"""The records in docs/architecture.md are those of a run, and the code it names is there."""

import re

import pytest

from documentation.event_story import PAGE, ROOT, records, refreshed

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found():
    return records()


def test_every_record_on_the_page_is_what_a_run_makes_today(found):
    assert refreshed(TEXT, found) == TEXT


def test_every_step_of_the_run_is_on_the_page(found):
    assert set(re.findall(r"<!-- record: ([\w-]+) -->", TEXT)) == set(found)


def test_every_file_and_folder_that_the_page_names_is_there():
    named = re.findall(r"`((?:shared|functions|samples|tests)/[\w./]*)`", TEXT)

    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []
