"""What the build of the site does to pages."""

import re
from pathlib import Path

import pytest

from documentation.markdown import fetched_from_elsewhere, with_links, with_lists

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?:|#)([^)\s#]+)")


def test_a_list_behind_a_line_of_text_gets_an_empty_line():
    assert with_lists("a POST with\n- one\n- two\n") == "a POST with\n\n- one\n- two\n"


def test_a_list_that_goes_on_is_left_as_it_is():
    text = "- one\n  more of it\n- two\n\n1. first\n2. second\n"
    assert with_lists(text) == text


def test_what_looks_like_a_list_in_a_block_of_code_is_left_as_it_is():
    text = "```yaml\nroutes:\n- {to: [team]}\n```\n"
    assert with_lists(text) == text


def test_a_mention_of_a_page_becomes_a_link_from_where_it_stands():
    told = with_links("(`docs/api.md#roles`)", "how-to/give-roles.md", {"api.md": "HTTP API"})
    assert told == "([HTTP API](../api.md#roles))"


def test_a_link_with_the_path_as_its_text_stays_one_link():
    text = "[`docs/api.md`](docs/api.md)"
    assert with_links(text, "index.md", {}) == text


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link href="//fonts.example/a.css" rel="stylesheet">',
        "<img alt='' src=https://pictures.example/a.png>",
    ],
)
def test_what_a_page_would_fetch_from_another_host_is_found(html):
    assert len(list(fetched_from_elsewhere(html))) == 1


def test_a_link_that_somebody_may_follow_is_nothing_that_is_fetched():
    html = '<a href="https://keepachangelog.com">form</a><script src="assets/a.js"></script>'
    assert list(fetched_from_elsewhere(html)) == []


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/tutorial.md"])
def test_links_lead_to_files_on_the_code_host_as_well(page):
    path = ROOT / page
    found = LINK.findall(path.read_text())
    made = {"changelog.md"}
    assert found
    assert [one for one in found if not (path.parent / one).exists() and one not in made] == []
