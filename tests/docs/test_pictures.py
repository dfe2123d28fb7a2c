"""The pictures of docs/statistics are what Driftgate's functions draw, and the pages say so."""

import re

import pytest

from benchmarks.pictures import figures, loans
from benchmarks.pictures.drawing import BY_NIGHT, FOLDER

DRAWN_AGAIN = (figures.health, figures.canary, figures.sides, loans.cells)
SHOWN = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>[^)]+\.svg)\)")


@pytest.fixture(scope="module")
def pages():
    return {page.name: page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")}


@pytest.mark.parametrize("make", DRAWN_AGAIN, ids=lambda make: make.__name__)
def test_a_picture_drawn_again_is_the_one_that_is_shown(make, pages):
    picture = make()

    assert picture.svg() == picture.path.read_text(encoding="utf-8")
    assert f"({picture.path.name})" in pages[picture.page]
    for sentence in picture.says:
        assert sentence in pages[picture.page].replace("\n", " ")


def test_every_picture_is_shown_once_and_told_in_words(pages):
    shown = [found for page in pages.values() for found in SHOWN.finditer(page)]

    assert sorted(found["file"] for found in shown) == sorted(f.name for f in FOLDER.glob("*.svg"))
    assert all(len(found["words"]) > 40 for found in shown)


def test_every_picture_has_colours_for_the_night():
    for path in FOLDER.glob("*.svg"):
        drawn = path.read_text(encoding="utf-8")
        used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', drawn))

        assert used <= set(BY_NIGHT), path.name
        assert "prefers-color-scheme:dark" in drawn


def test_every_page_is_named_in_the_index(pages):
    assert {name for name in pages if name != "index.md"} == set(
        re.findall(r"\]\((\w+\.md)\)", pages["index.md"])
    )
