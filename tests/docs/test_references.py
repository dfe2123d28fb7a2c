"""Pages that are made out of the code are as the code is now."""

import pytest

from documentation.__main__ import DOCS, made

MADE = made()


@pytest.mark.parametrize("path", sorted(MADE))
def test_a_page_that_is_made_is_up_to_date(path):
    """Write them anew with: make reference."""
    assert (DOCS / path).read_text() == MADE[path]
