"""An endpoint's traffic as a chart: who is to get what, who gets it, and who gets nothing."""

from datetime import timedelta

import pytest

from shared.domain.verdict import Verdict
from shared.service.history import MarkKind, Span, TrafficHistory
from shared.service.history.looks import Observed
from shared.service.history.marks import Link, LinkKind, Mark
from shared.service.history.traffic import ObservedLook, SharesStep
from shared.web.console.charts.axes import Reach, milliseconds
from shared.web.console.charts.lives import lives_of, without_share
from shared.web.console.charts.marking import numbered
from shared.web.console.charts.traffic import OTHERS, named, told_of, traffic_chart
from tests.conftest import NOON
from tests.web.console.charts.drawings import data, of, written_in

HOUR = timedelta(hours=1)
REACH = Reach(begin=NOON, end=NOON + 10 * HOUR)


def mark(kind, hours, about, sentence="Something happened."):
    return Mark(
        at=NOON + hours * HOUR,
        kind=kind,
        subject="endpoint/loan-endpoint",
        about=about,
        sentence=sentence,
        link=Link(kind=LinkKind.DECISION, target="d"),
        decision="d",
    )


def look(hours, requests, **shares):
    return ObservedLook(
        at=NOON + hours * HOUR,
        requests=requests,
        observed={
            name: Observed(share=share, low=None, high=None, requests=0, verdict=Verdict.PASS)
            for name, share in shares.items()
        },
        verdict=Verdict.PASS,
        decision="d",
    )


def history(*steps, marks=(), observed=(), deployments=("blue", "green")):
    return TrafficHistory(
        endpoint="loan-endpoint",
        span=Span(since=NOON, until=NOON + 10 * HOUR),
        deployments=deployments,
        declared=tuple(SharesStep(at=NOON + at * HOUR, shares=shares) for at, shares in steps),
        observed=tuple(observed),
        looks=len(observed),
        marks=tuple(marks),
    )


CREATED = mark(MarkKind.DEPLOYMENT_CREATED, 2, "green")
INCIDENT = history((0, {"blue": 100.0}), marks=[CREATED])


def test_a_deployment_that_gets_nothing_stands_there_with_its_zero_from_when_it_was_made():
    chart = traffic_chart(INCIDENT, REACH)

    assert "0 %" in written_in(chart)
    assert [(one.deployment, one.begin) for one in without_share(INCIDENT, REACH)] == [
        ("green", NOON + 2 * HOUR)
    ]
    assert told_of(INCIDENT, REACH) == (
        "loan-endpoint: declared is blue 100 %, 0 changes in this span; green has 0 %."
    )


def test_a_life_is_cut_where_its_share_came_and_where_it_went():
    found = history(
        (0, {"blue": 100.0}),
        (4, {"blue": 50.0, "green": 50.0}),
        (6, {"blue": 100.0}),
        marks=[CREATED, mark(MarkKind.DEPLOYMENT_DELETED, 8, "green")],
    )

    green = [one for one in lives_of(found, REACH) if one.deployment == "green"]

    assert [
        ((one.begin - NOON) / HOUR, (one.end - NOON) / HOUR, one.has_share) for one in green
    ] == [
        (2.0, 4.0, False),
        (4.0, 6.0, True),
        (6.0, 8.0, False),
    ]
    assert without_share(found, REACH) == ()


def test_what_was_deleted_and_made_again_has_two_lives():
    marks = [
        mark(MarkKind.DEPLOYMENT_DELETED, 1, "green"),
        mark(MarkKind.DEPLOYMENT_CREATED, 5, "green"),
    ]

    green = [
        one
        for one in lives_of(history((0, {"blue": 100.0}), marks=marks), REACH)
        if one.deployment == "green"
    ]

    assert [(one.begin, one.end) for one in green] == [
        (NOON, NOON + HOUR),
        (NOON + 5 * HOUR, REACH.end),
    ]


def test_declared_shares_hold_to_the_end_and_every_time_has_all_deployments():
    chart = traffic_chart(history((0, {"blue": 100.0}), (4, {"green": 100.0})), REACH)

    [area] = of(chart, "area")
    rows = {(row["at"], row["deployment"]): row["share"] for row in data(area)}

    assert rows[milliseconds(REACH.end), "green"] == 100.0
    assert rows[milliseconds(NOON), "green"] == 0.0
    assert len(rows) == 6


def test_observed_shares_are_bars_as_wide_as_the_looks_are_apart():
    looks = [look(hours, 100, blue=0.75, green=0.25) for hours in (1, 2, 3, 9)]

    chart = traffic_chart(history((0, {"blue": 100.0}), observed=looks), REACH)

    [bars] = of(chart, "rect")
    blue = [row for row in data(bars) if row["deployment"] == "blue"]
    assert [(row["to"] - row["at"]) / 3_600_000 for row in blue] == [1.0, 1.0, 1.0, 2.0]
    assert {(row["from"], row["share"]) for row in data(bars)} == {(0.0, 75.0), (75.0, 100.0)}


def test_looks_without_requests_are_no_bars():
    looks = [look(1, 0), look(2, 0)]

    assert of(traffic_chart(history((0, {"blue": 100.0}), observed=looks), REACH), "rect") == []


def test_what_nobody_ever_declared_is_no_chart():
    assert traffic_chart(history(), REACH) is None
    assert told_of(history(), REACH) == (
        "Nothing is known of the traffic of loan-endpoint in this span."
    )


def test_of_many_deployments_those_with_most_traffic_keep_their_colour():
    names = tuple(f"v{number}" for number in range(9))
    shares = {name: float(10 + number) for number, name in enumerate(names)}
    found = history((0, shares), deployments=names)

    assert named(found) == ("v4", "v5", "v6", "v7", "v8", OTHERS)
    [area] = of(traffic_chart(found, REACH), "area")
    assert {row["share"] for row in data(area) if row["deployment"] == OTHERS} == {46.0}


@pytest.mark.parametrize("name", ['<script>alert("x")</script>', "a\u202eb", "n" * 300])
def test_a_hostile_name_is_drawn_as_text_and_cut(name):
    found = history((0, {name: 100.0}), deployments=(name,))

    texts = written_in(traffic_chart(found, REACH))

    assert "<script" not in "".join(texts)
    assert max(map(len, texts)) < 60


def test_marks_have_numbers_and_what_went_wrong_is_marked_so():
    began = mark(MarkKind.ALERT_BEGAN, 5, "no_traffic")
    marks, left_out = numbered([began, CREATED], REACH)

    texts = written_in(traffic_chart(INCIDENT, REACH, marks))

    assert ({"1", "2!"} <= set(texts), left_out) == (True, 0)


def test_marks_beside_each_other_have_one_number_and_the_newest_of_many_are_kept():
    marks = [mark(MarkKind.TRAFFIC_CHANGED, hours / 10, "changed") for hours in range(100)]

    found, left_out = numbered(marks, REACH, most=5)

    assert [one.number for one in found] == [1, 2, 3, 4, 5]
    assert left_out + sum(len(one.marks) for one in found) == 100
    assert found[-1].marks[-1] is marks[-1]


def test_what_is_looked_at_again_and_again_is_no_mark():
    marks = [mark(MarkKind.VERDICT, 1, "drift"), mark(MarkKind.EVENT, 2, "ModelRegistered")]

    assert numbered(marks, REACH) == ((), 0)
