"""How two courses are compared, on told things made by hand."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.policy import Policy, RoutingPolicy, StagePolicy
from shared.service.whatif.changed import Changed, differing
from shared.service.whatif.comparing import Change, Span, compare_alerts, compare_pages, only
from shared.service.whatif.lags import Lags
from shared.service.whatif.reading import touches
from shared.service.whatif.telling import Told, What

START = datetime(2026, 2, 2, tzinfo=UTC)
SPAN = Span(since=START, until=START + timedelta(days=1))


def told(what, minutes, identity="a", receiver=""):
    return Told(
        what=what,
        at=START + timedelta(minutes=minutes),
        identity=identity,
        title=identity,
        subject="endpoint/a",
        decision="d",
        event="e",
        receiver=receiver,
    )


def changes(before, after):
    return [one.changes for one in compare_alerts(before, after, SPAN)]


def test_an_alert_that_grew_worse_is_still_one():
    grew = [told(What.RAISED, 1), told(What.RAISED, 5), told(What.ENDED, 9)]

    assert changes(grew, [grew[0], grew[2]]) == []


def test_an_alert_that_fired_before_the_span_begins_with_it():
    ended = [told(What.ENDED, 60)]

    assert changes(ended, [told(What.ENDED, 90)]) == [(Change.LONGER,)]
    assert changes(ended, []) == [(Change.GONE,)]


def test_the_same_fingerprint_at_another_time_of_day_is_another_alert():
    morning = [told(What.RAISED, 60), told(What.ENDED, 70)]
    evening = [told(What.RAISED, 600), told(What.ENDED, 610)]

    assert changes(morning, evening) == [(Change.GONE,), (Change.NEW,)]


def test_pages_are_counted_by_receiver_hour_and_weekday():
    before = [told(What.PAGE, 5, "x", "anna"), told(What.PAGE, 65, "y", "anna")]
    after = [told(What.PAGE, 5, "x", "ben")]
    pages = compare_pages(before, after)

    assert (pages.receivers["anna"].before, pages.receivers["anna"].after) == (2, 0)
    assert (pages.hours[0].before, pages.hours[0].after, pages.hours[1].before) == (1, 1, 1)
    assert pages.weekdays[0].before == 2
    assert [day.isoformat() for day in pages.days] == ["2026-02-02"]


def test_what_goes_over_other_channels_is_counted_by_receiver_and_wakes_nobody():
    before = [told(What.NOTICE, 5, "x", "team"), told(What.PAGE, 65, "y", "anna")]
    pages = compare_pages(before, before[1:])

    assert (pages.receivers["team"].before, pages.receivers["team"].after) == (1, 0)
    assert [one.identity for one in pages.gone] == ["x"]
    assert (pages.hours[0].before, pages.hours[1].before, pages.weekdays[0].before) == (0, 1, 1)


moments = st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab")), max_size=12)


@settings(max_examples=30)
@given(moments, moments)
def test_what_is_only_in_one_and_what_is_in_both_make_up_the_whole(first, second):
    before = [told(What.PAGE, minute, name) for minute, name in first]
    after = [told(What.PAGE, minute, name) for minute, name in second]
    gone, new = only(before, after)

    assert len(before) - len(gone) == len(after) - len(new)
    assert not set(map(_key, gone)) & set(map(_key, new))
    assert only(before, before) == ((), ())


def _key(one):
    return one.identity, one.at


def test_a_changed_policy_takes_its_endpoint_from_whoever_had_it():
    old = Policy(model="a", endpoint="e1")
    moved = Changed(policies={"a": Policy(model="a", endpoint="e2")})

    assert moved.policy("endpoint/e1", old) is None
    assert moved.policy("endpoint/e2", None) == Policy(model="a", endpoint="e2")
    assert moved.policy("model/b", old) == old
    assert Changed(whole=True).policy("model/a", old) is None


def test_a_stage_that_differs_is_the_field_it_is_in():
    one, other = Policy(model="a"), Policy(model="a", stages=[StagePolicy(name="dev")])

    assert differing(one, other) == {"stages"}
    assert differing(one, None) == {""}
    assert touches({""}, ("routing.grace",))
    assert not touches({"routing.graceful"}, ("routing.grace",))
    changed = Policy(model="a", routing=RoutingPolicy(severity="info"))
    assert touches(differing(one, changed), ("routing",))


def test_a_lag_is_the_median_of_what_was_seen_and_none_where_nothing_was():
    lags = Lags()
    assert lags.of("NoticeMade") == timedelta()
    for seconds in (1, 2, 90):
        lags.saw("NoticeMade", timedelta(seconds=seconds))
    lags.began("order", START)
    lags.arrived("NoticeDelivered", "order", START + timedelta(seconds=4))

    assert lags.of("NoticeMade") == timedelta(seconds=2)
    assert lags.of("NoticeDelivered") == timedelta(seconds=4)
