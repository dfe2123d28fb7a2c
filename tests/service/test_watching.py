"""What is new among decisions, each told once and in its order, wherever they come from."""

import pytest

from shared.domain.canonical import parse_time
from shared.service.overview.watching import Following, before, is_of, is_quiet, rows_of
from shared.service.queries import shown


class Source:
    """Decisions as the ledger or the API lists them: newest first, so many."""

    def __init__(self):
        self.made = []
        self.asked = []

    def add(self, *hashes, **fields):
        for name in hashes:
            self.made.insert(0, {"hash": name, "decided": f"2026-02-03T{name}:00:00Z", **fields})

    def __call__(self, many):
        self.asked.append(many)
        return self.made[:many]


@pytest.fixture
def source():
    return Source()


def hashes(decisions):
    return [one["hash"] for one in decisions]


def test_each_decision_is_told_once_the_oldest_first(source):
    following = Following(source)
    source.add("10", "11")
    assert hashes(following.news()) == ["10", "11"]

    assert following.news() == []
    source.add("12", "13")
    assert hashes(following.news()) == ["12", "13"]
    assert not following.missed


def test_more_than_a_page_is_read_as_far_as_what_is_known(source):
    following = Following(source)
    source.add("old")
    following.news()
    many = [f"new{number}" for number in range(300)]
    source.add(*many)

    assert hashes(following.news()) == many
    assert not following.missed
    assert max(source.asked) == 800


def test_what_is_too_much_to_be_told_is_said_to_be_missing(source):
    following = Following(source)
    source.add("old")
    following.news()
    source.add(*(f"new{number}" for number in range(2000)))

    assert len(following.news()) == 1000
    assert following.missed


def test_what_was_decided_since_a_time_comes_in_its_order(source):
    source.add("10", "11", "12")

    assert hashes(before(source, parse_time("2026-02-03T11:00:00Z"))) == ["11", "12"]


@pytest.mark.parametrize(
    ("name", "found"),
    [(None, True), ("loan-endpoint", True), ("endpoint/loan-endpoint", True), ("loan", False)],
)
def test_a_subject_is_found_by_its_name_or_whole(name, found):
    assert is_of({"subject": "endpoint/loan-endpoint"}, name) is found


@pytest.fixture
def incident(scene, completed):
    """A deployment without traffic, from its event to the alert; the decisions as shown."""
    scene.policy("{model: loan-default, endpoint: loan-endpoint, routing: {grace: 30m}}")
    scene.endpoint("{blue: 100, green: 0}", "{blue: {}, green: {}}")
    scene.write("workspace/requests/loan-endpoint.csv", "time,deployment\n")
    scene.send(completed("green"))
    due = scene.application.queue.next_due()
    scene.clock.now = due
    scene.drain()
    return [shown(one) for one in reversed(scene.application.ledger.decisions())]


def test_an_alert_that_was_raised_is_a_row_behind_its_decision(incident):
    rows = [row for decision in incident for row in rows_of(decision)]

    raised = [number for number, row in enumerate(rows) if row["what"] == "alert"]
    assert raised
    for number in raised:
        assert rows[number]["status"] == "firing"
        assert rows[number]["title"]
    assert rows[0]["what"] == "decision"
    assert rows[0]["subject"] == "endpoint/loan-endpoint"


def test_a_look_that_raises_something_is_not_quiet_and_one_that_finds_nothing_is(incident):
    looks = [one for one in incident if one["event"]["type"].endswith("CheckDue")]

    assert looks
    for one in looks:
        raised = any(row["what"] == "alert" for row in rows_of(one))
        assert is_quiet(one) is (not raised and one["verdict"] == "pass")
