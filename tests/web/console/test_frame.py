"""What holds for every page: its frame, its faults, its headers, its files."""

import re
from datetime import datetime, timedelta

import pytest

from shared.web.console import assets
from shared.web.console.navigation import Place
from shared.web.console.said import sentence_of
from shared.web.console.templating import ago, lasting
from tests.conftest import NOON
from tests.web.console.reading import Console
from tests.web.fuzzed import told
from tests.web.platform import ask


@pytest.mark.parametrize("place", Place)
def test_every_place_of_the_navigation_is_a_page_that_says_where_one_is(scene, place):
    page = Console(told(scene)).get(place.path)

    assert page.status == 200
    assert f'href="{place.path}" aria-current="page"' in page.html
    assert page.title.endswith("· Driftgate")


@pytest.mark.parametrize("place", Place)
def test_every_place_of_an_empty_home_is_a_page_too(scene, place):
    assert Console(scene).get(place.path).status == 200


def test_a_page_runs_only_our_scripts_and_loads_only_our_files(scene):
    console = Console(scene)
    answer = ask(console.app, "GET", "/console", **console.headers)
    policy = answer.headers["content-security-policy"]

    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "private, no-cache"
    html = answer.get_body().decode()
    sources = re.findall(r'(?:src|href)="(?!#)([^"]+)"', html)
    assert all(one.startswith("/console") for one in sources)
    assert "<script>" not in html
    assert not re.search(r"\son\w+=", html)


def test_a_file_is_kept_for_good_under_an_address_that_its_content_gives_it(scene):
    console = Console(scene)
    answer = ask(console.app, "GET", assets.address_of("console.css"), **console.headers)

    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert ask(console.app, "GET", "/console/assets/0/console.css").status_code == 401
    assert Console(scene).get("/console/assets/0/console.css").status == 404


def test_an_address_that_is_none_is_a_page_that_leads_back(scene):
    page = Console(scene).get("/console/nowhere")

    assert (page.status, page.h1) == (404, "There is no such thing")
    assert ("/console", "To the fleet") in page.links


def test_who_lacks_a_role_reads_which_one_and_what_they_have(scene):
    page = Console(scene, "viewer").post("/console/service/replays/x/stop", reason="r")

    assert (page.status, page.h1) == (403, "Not for you")
    assert "This needs the role operator" in page.text
    assert "with viewer" in page.text


def test_what_was_said_is_a_word_of_ours_and_never_a_text_of_the_address(scene):
    console = Console(scene)

    assert sentence_of("silenced") in console.get("/console?said=silenced").text
    assert "hacked" not in console.get("/console?said=hacked").text


def test_a_form_of_another_site_is_refused(scene):
    console = Console(scene)
    console.headers |= {"sec-fetch-site": "cross-site"}
    assert console.post("/console/service/replays/x/stop").status == 403

    console = Console(scene)
    console.headers |= {"origin": "https://evil.example"}
    assert console.post("/console/service/replays/x/stop").status == 403


def test_what_is_no_form_is_refused(scene):
    console = Console(scene)
    answer = ask(
        console.app, "POST", "/console/service/replays/x/stop", {"a": 1}, **console.headers
    )

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("passed", "words", "spell"),
    [
        (timedelta(seconds=30), "now", "just now"),
        (timedelta(minutes=1, seconds=50), "1 min ago", "for 1 min"),
        (timedelta(minutes=119), "1 h 59 min ago", "for 1 h 59 min"),
        (timedelta(hours=47, minutes=59), "1 d 23 h ago", "for 1 d 23 h"),
        (timedelta(days=46, hours=7), "46 d ago", "for 46 d"),
        (-timedelta(hours=5, minutes=2), "in 5 h", "just now"),
    ],
)
def test_how_long_ago_is_told_as_coarsely_as_people_do(passed, words, spell):
    assert ago(NOON - passed, NOON) == words
    assert lasting(NOON - passed, NOON) == spell
    assert ago(None, NOON) == lasting(None, NOON) == ""
    assert ago((NOON - passed).isoformat(), NOON) == words
    assert isinstance(NOON, datetime)
