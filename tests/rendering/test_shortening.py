"""Long text is cut where a reader would, and says that it was."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.rendering.shortening import shortened


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 5, "short"),
        ("anything", 0, ""),
        ("anything", 1, "…"),
        ("One sentence here. And a second one.", 30, "One sentence here. …"),
        ("no sentence in this one at all", 20, "no sentence in this…"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa bb", 10, "aaaaaaaaa…"),
        ("first line\nsecond line", 16, "first line …"),
    ],
)
def test_text_is_cut_between_sentences_or_words(text, most, shown):
    assert shortened(text, most) == shown


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("aaaae\u0301\u0302\u0303bbbb", 7),
        ("aaaa👩\u200d🔬bbbb", 7),
        ("aaaa👍🏽bbbb", 6),
        ("aaaa🇩🇪🇫🇷bbbb", 6),
        ("aaaa🇩🇪🇫🇷bbbb", 8),
        ("aaaa❤\ufe0fbbbb", 6),
    ],
)
def test_no_sign_is_cut_in_two(text, most):
    whole = {"aaaa", "aaaa🇩🇪"}

    assert shortened(text, most).removesuffix("…") in whole


def test_of_many_lines_the_first_and_the_last_stay():
    text = "\n".join(["what it is", *(f"feature {n}" for n in range(40)), "what it means"])

    assert shortened(text, 5000, lines=6) == (
        "what it is\nfeature 0\nfeature 1\nfeature 2\n… 37 lines more\nwhat it means"
    )
    assert shortened(text, 60).splitlines()[-2:] == ["… 38 lines more", "what it means"]


def test_few_lines_are_not_made_fewer():
    assert shortened("a\nb\nc\nd", 100, lines=2) == "a\nb\nc\nd"


@settings(max_examples=40)
@given(st.text(max_size=80), st.integers(0, 60))
def test_it_is_never_longer_than_it_may_be(text, most):
    cut = shortened(text, most)

    assert len(cut) <= most
    kept = cut.removesuffix("…")
    if most > 1 and kept and len(text) > most and "\n" not in text:
        assert text.startswith(kept.rstrip())
        after = text[len(kept) :]
        if not cut.endswith(" …") and after:
            assert unicodedata.category(after[0]) not in {"Mn", "Me"}
