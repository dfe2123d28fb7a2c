"""Long lists in pages: every row once, however the pages are cut."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from shared.errors import InvalidData
from shared.ports import ArchivedEvent
from shared.web.http.paging import page, read_cursor, write_cursor
from shared.web.operations import api
from tests.conftest import NOON
from tests.service.explained import commit
from tests.web.platform import ask

ROWS = [{"id": f"r{number}"} for number in range(7)]


def walked(app, path, name):
    """Every page of a list, one after the other."""
    pages, cursor = [], ""
    while True:
        answer = ask(app, "GET", f"{path}{cursor}")
        assert answer.status_code == 200, answer.get_body()
        told = json.loads(answer.get_body())
        pages.append(told[name])
        if "next" not in told:
            return pages
        cursor = f"&cursor={quote(told['next'])}"


def test_pages_follow_each_other_and_the_last_has_no_next():
    first = page("rows", ROWS, 3, None)
    second = page("rows", ROWS, 3, first["next"])
    third = page("rows", ROWS, 3, second["next"])

    assert [*first["rows"], *second["rows"], *third["rows"]] == ROWS
    assert "next" not in third
    assert page("rows", [], 3, None) == {"rows": []}


def test_what_comes_before_meanwhile_shifts_nothing_and_what_goes_loses_nothing():
    first = page("rows", ROWS, 3, None)

    assert page("rows", [{"id": "new"}, *ROWS], 3, first["next"])["rows"] == ROWS[3:6]
    assert page("rows", [*ROWS[:2], *ROWS[3:]], 3, first["next"])["rows"] == ROWS[3:6]
    assert page("rows", ROWS[:1], 3, first["next"]) == {"rows": []}


@pytest.mark.parametrize(
    "cursor", ["?", "bm8", "W10", write_cursor("a", "b"), write_cursor(1), "ä", "[" * 300]
)
def test_a_cursor_that_is_none_is_refused(cursor):
    with pytest.raises(InvalidData, match="which is none; send `next` as it was given"):
        read_cursor(cursor, int, str)


def test_events_are_walked_through_to_the_first_though_many_came_at_once(scene):
    for number in range(40):
        at = NOON + timedelta(microseconds=700_000 * (number // 12))
        event = ArchivedEvent(key=f"k{number}", received=at, via="test", body=b"", refusal="no")
        scene.application.archive.put(event)
    every = [row["key"] for row in json.loads(ask_all(scene))["events"]]

    pages = walked(api(scene.application), "/api/v1/events?limit=7", "events")

    assert [len(rows) for rows in pages] == [7, 7, 7, 7, 7, 5]
    assert [row["key"] for rows in pages for row in rows] == every
    assert len(set(every)) == 40


def ask_all(scene):
    return ask(api(scene.application), "GET", "/api/v1/events?limit=200").get_body()


@pytest.mark.parametrize(
    "cursor", [write_cursor("2026-02-03T12:00:00Z", "x"), write_cursor("never", "x")]
)
def test_an_event_that_is_not_kept_cannot_be_gone_on_from(scene, cursor):
    answer = ask(api(scene.application), "GET", f"/api/v1/events?cursor={cursor}")

    assert answer.status_code == 400
    assert json.loads(answer.get_body())["title"] == (
        "cursor names no event that is kept; begin again without one."
    )


def test_decisions_of_a_subject_are_walked_through_to_the_first_one(scene):
    for number in range(23):
        commit(scene.application.ledger, str(number), subject="model/m")
    app = api(scene.application)

    pages = walked(app, "/api/v1/decisions?subject=model/m&limit=10", "decisions")

    things = [one["findings"][0]["thing"] for rows in pages for one in rows]
    assert things == [str(number) for number in reversed(range(23))]
    assert [len(rows) for rows in pages] == [10, 10, 3]
    assert walked(app, "/api/v1/decisions?limit=10", "decisions") == pages
    assert walked(app, "/api/v1/decisions?subject=model/none", "decisions") == [[]]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("limit=0", "limit is '0', which is too small; send 1 or more."),
        ("limit=201", "limit is '201', which is too large; send 200 or less."),
        ("limit=ten", "limit is 'ten', which is no whole number; send one."),
        ("cursor=x", "cursor is 'x', which is none; send `next` as it was given."),
        ("limits=7", "'limits' is no parameter of this; there are: cursor, limit."),
        ("limit=7&limit=8", "limit is sent 2 times; send it once."),
    ],
)
def test_a_page_that_cannot_be_is_refused_in_a_sentence(scene, query, sentence):
    answer = ask(api(scene.application), "GET", f"/api/v1/alerts?{query}")

    assert (answer.status_code, json.loads(answer.get_body())["title"]) == (400, sentence)
