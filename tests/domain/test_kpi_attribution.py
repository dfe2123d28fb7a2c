"""Which change of an endpoint lies where a KPI's change began: named by its time, never guessed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.kpi.attribution import (
    NEAR,
    CauseKind,
    Onset,
    Reason,
    attribute,
    causes_of,
)
from shared.domain.state import DeploymentWatch, TrafficShift

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ONSET = Onset(since=NOON, earliest=NOON - HOUR, latest=NOON + HOUR, bucket=HOUR)


def shifts(*told):
    return tuple(
        TrafficShift(time=time, shares=shares, models={name: f"churn:{name}" for name in shares})
        for time, shares in told
    )


def told(*shares, deployments=None):
    traffic = shifts(*((NOON + index * HOUR, one) for index, one in enumerate(shares)))
    return [cause.told() for cause in causes_of("ep", traffic, deployments or {})]


@pytest.mark.parametrize(
    ("case", "shares", "sentences"),
    [
        ("The first shares ever seen are no change.", [{"blue": 100.0}], []),
        ("Shares that are the same again are none.", [{"blue": 100.0}, {"blue": 100.0}], []),
        (
            "A deployment that had nothing took its share.",
            [{"blue": 100.0}, {"blue": 90.0, "green": 10.0}],
            ["churn:green (green) took 10 % of ep"],
        ),
        (
            "One that had some went on from there.",
            [{"blue": 90.0, "green": 10.0}, {"blue": 50.0, "green": 50.0}],
            ["churn:green (green) went from 10 % to 50 % of ep"],
        ),
        (
            "The way back is a change as well.",
            [{"blue": 50.0, "green": 50.0}, {"blue": 100.0}],
            ["churn:blue (blue) went from 50 % to 100 % of ep"],
        ),
        (
            "Where nobody gains, the one that lost most is named.",
            [{"blue": 50.0, "green": 50.0}, {"blue": 50.0}],
            ["churn:green (green) lost its 50 % of ep"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_of_shares_is_told_by_the_deployment_it_is_about(case, shares, sentences):
    assert told(*shares) == sentences, case


def test_a_deployment_without_a_known_model_goes_by_its_name():
    traffic = (
        TrafficShift(time=NOON, shares={"blue": 100.0}),
        TrafficShift(time=NOON + HOUR, shares={"green": 100.0}),
    )

    [cause] = causes_of("ep", traffic, {})

    assert cause.told() == "deployment green took 100 % of ep"
    assert (cause.model, cause.model_before) == (None, None)


@pytest.mark.parametrize(
    ("case", "completed", "share", "named"),
    [
        ("Written anew under traffic is a change.", NOON + 3 * HOUR, 100.0, True),
        ("Without a share nobody met it.", NOON + 3 * HOUR, 0.0, False),
        ("Before the endpoint was known nothing is.", NOON - HOUR, 100.0, False),
        ("The first look itself is no writing.", NOON + 20 * MINUTE, 100.0, False),
    ],
)
def test_a_writing_counts_where_it_met_traffic(case, completed, share, named):
    deployments = {"blue": DeploymentWatch(completed=completed, carries="churn:7")}
    causes = causes_of("ep", shifts((NOON, {"blue": share})), deployments)

    assert [cause.kind for cause in causes] == ([CauseKind.WRITTEN] if named else []), case


def test_without_any_shares_a_writing_says_nothing():
    assert causes_of("ep", (), {"blue": DeploymentWatch(completed=NOON)}) == ()


@pytest.mark.parametrize(
    ("case", "moved", "reason", "blamed"),
    [
        ("At the onset itself.", [timedelta()], Reason.ONE, 0),
        ("Within the bucket before the earliest onset.", [-2 * HOUR], Reason.ONE, 0),
        ("Within the bucket of the latest onset.", [2 * HOUR - MINUTE], Reason.ONE, 0),
        ("Seen half an hour late.", [2 * HOUR + 30 * MINUTE], Reason.ONE, 0),
        ("Later than that it cannot be the cause.", [2 * HOUR + 31 * MINUTE], Reason.NONE, None),
        ("The day before is named only.", [-3 * HOUR], Reason.EARLIER, None),
        ("Of two before, the later one.", [-20 * HOUR, -3 * HOUR], Reason.EARLIER, None),
        ("Longer ago is nothing.", [-2 * HOUR - NEAR - MINUTE], Reason.NONE, None),
        ("Of two inside, the nearer to the onset.", [HOUR, -10 * MINUTE], Reason.SEVERAL, -10),
        ("One inside counts before one near it.", [-5 * HOUR, 5 * MINUTE], Reason.ONE, 5),
        ("None at all.", [], Reason.NONE, None),
    ],
)
def test_the_nearest_change_where_it_may_have_begun_is_blamed(case, moved, reason, blamed):
    traffic = [(NOON - 30 * DAY, {"blue": 100.0})]
    traffic += [
        (NOON + at, {"blue": 90.0 - number, "green": 10.0 + number})
        for number, at in enumerate(sorted(moved))
    ]
    found = attribute(causes_of("ep", shifts(*traffic), {}), ONSET)

    assert found.reason is reason, case
    assert (found.blamed is None) == (blamed is None), case
    if blamed:
        assert found.blamed.time == NOON + blamed * MINUTE, case
    if reason is Reason.EARLIER:
        assert found.cause.time == NOON + max(moved), case
        assert len(found.others) == len(moved) - 1


@given(
    st.lists(st.integers(-3000, 3000), max_size=8, unique=True),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_what_is_blamed_always_lies_where_the_change_may_have_begun(minutes, before, after):
    onset = Onset(
        since=NOON, earliest=NOON - before * MINUTE, latest=NOON + after * MINUTE, bucket=HOUR
    )
    traffic = [(NOON - 30 * DAY, {"blue": 100.0})]
    traffic += [
        (NOON + at * MINUTE, {"blue": 50.0 - number, "green": 50.0 + number})
        for number, at in enumerate(sorted(minutes))
    ]
    found = attribute(causes_of("ep", shifts(*traffic), {}), onset)

    if found.blamed is not None:
        assert onset.earliest - HOUR <= found.blamed.time <= onset.latest + HOUR + 30 * MINUTE
        assert all(
            abs(found.blamed.time - NOON) <= abs(other.time - NOON) for other in found.others
        )
    else:
        assert not any(
            onset.earliest - HOUR <= time <= onset.latest + HOUR + 30 * MINUTE
            for time, _ in traffic
        )
