"""Which events a selection means, and what a predicate may ask."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.canonical import to_plain
from shared.domain.people.replay import selection_from
from shared.domain.replay import By, Of, Selection
from shared.errors import InvalidData
from shared.service.replaying.cursor import Cursor
from shared.service.replaying.predicate import Predicate
from shared.service.replaying.selection import Selected, received_span

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
EVENT = {
    "id": "e1",
    "source": "azure",
    "type": "io.driftgate.DeploymentFailed",
    "subject": "endpoint/loans",
    "time": "2026-02-03T11:00:00Z",
    "correlationid": "c1",
    "data": {"endpoint": "loans", "deployment": "blue", "model": "churn"},
}
KEY = "ab" * 32


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, True),
        ({"types": ("DeploymentFailed", "RunCompleted")}, True),
        ({"types": ("RunCompleted",)}, False),
        ({"sources": ("azure",)}, True),
        ({"sources": ("devops",)}, False),
        ({"subject": "endpoint/loans"}, True),
        ({"subject": "endpoint/others"}, False),
        ({"endpoint": "loans"}, True),
        ({"endpoint": "others"}, False),
        ({"model": "churn"}, True),
        ({"model": "loans"}, False),
        ({"correlation": "c1"}, True),
        ({"correlation": "e1"}, True),
        ({"correlation": "c2"}, False),
        ({"events": ("e1",)}, True),
        ({"events": ("abababab",)}, True),
        ({"events": ("abab",)}, False),
        ({"since": NOON, "until": NOON + timedelta(1)}, True),
        ({"since": NOON + timedelta(1)}, False),
        ({"until": NOON}, False),
        ({"by": By.EVENT, "until": NOON}, True),
        ({"by": By.EVENT, "since": NOON}, False),
        ({"types": ("DeploymentFailed",), "model": "others"}, False),
    ],
)
def test_an_event_fits_where_every_field_does(asked, fits):
    assert Selected(Selection(**asked)).event(EVENT, KEY, NOON) is fits


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, True),
        ({"events": (KEY,)}, True),
        ({"since": NOON}, True),
        ({"model": "churn"}, False),
        ({"verdicts": ("none",)}, False),
        ({"where": "event.id == 'e1'"}, False),
        ({"where": "!event"}, True),
    ],
)
def test_what_could_not_be_read_fits_where_nothing_is_asked_of_an_event(asked, fits):
    assert Selected(Selection(**asked)).event(None, KEY, NOON) is fits


@pytest.mark.parametrize(
    ("asked", "decision", "fits"),
    [
        ({"verdicts": ("fail",)}, {"verdict": "fail"}, True),
        ({"verdicts": ("fail",)}, {"verdict": "pass"}, False),
        ({"verdicts": ("none",)}, None, True),
        ({"verdicts": ("fail", "none")}, None, True),
        ({"verdicts": ("fail",)}, {"erased": KEY}, False),
        ({"where": "event.type == 'DeploymentFailed'"}, None, True),
        ({"where": "decision.findings[?reason == 'failed']"}, {"findings": []}, False),
        (
            {"where": "decision.findings[?reason == 'failed']"},
            {"findings": [{"reason": "failed"}]},
            True,
        ),
        ({"where": "event.data.deployment == 'blue' && decision == null"}, None, True),
        ({"where": "contains(event.data.tags, 'x')"}, None, False),
    ],
)
def test_a_decision_fits_by_verdict_and_predicate(asked, decision, fits):
    assert Selected(Selection(**asked)).decision(EVENT, decision) is fits


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("event.", "where is no JMESPath: it ends too early; write for example"),
        ("event.id = 'x'", "where is no JMESPath: character 10 (\"= 'x'\") is not understood;"),
        ("foo(event)", "where calls foo(); JMESPath knows abs, avg, "),
        ("event && foo(event)", "where calls foo(); JMESPath knows abs, avg, "),
        ("length(event, event)", "where gives length() 2 values; it takes 1."),
        ("a" * 301, "where has 301 characters; 300 is the most."),
        ("[@,@]|[@,@]|[@,@]|[@,@]", "where makes 4 lists, objects or texts of its own; 3 are"),
        ("(" * 290, "where is no JMESPath: it "),
    ],
)
def test_a_predicate_that_is_wrong_is_refused_in_one_sentence(expression, sentence):
    with pytest.raises(InvalidData) as problem:
        Predicate(expression)

    assert str(problem.value).startswith(sentence)
    assert "\n" not in str(problem.value)


@settings(max_examples=150)
@given(st.text("eventdcis.@[]?*|&!=<>'`(), 0123", max_size=40))
def test_no_predicate_raises_anything_but_its_one_sentence(expression):
    with suppress(InvalidData):
        assert Predicate(expression).holds(EVENT, None) in {True, False}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"types": ("Foo",)}, "type is 'Foo'; there are"),
        ({"vias": ("pigeon",)}, "via is 'pigeon'; there are api, azure-devops, azure-monitor, "),
        ({"subject": "churn"}, "subject is 'churn'; give its kind as well, as model/churn."),
        ({"verdicts": ("bad",)}, "verdict is 'bad'; there are"),
        ({"since": NOON, "until": NOON}, "since is not before until"),
        ({"of": Of.CHAINS, "vias": ("api",)}, "Of chains there is neither via nor"),
    ],
)
def test_a_selection_that_cannot_be_meant_is_refused(asked, sentence):
    with pytest.raises(InvalidData) as problem:
        Selected(Selection(**asked))

    assert str(problem.value).startswith(sentence)


def test_of_the_events_own_time_the_archive_is_walked_from_a_little_before():
    by_event = Selection(by=By.EVENT, since=NOON, until=NOON + timedelta(1))

    assert received_span(by_event) == (NOON - timedelta(hours=1), None)


texts = st.none() | st.text(max_size=5)
lists = st.lists(st.text(max_size=5), max_size=2).map(tuple)
moments = st.none() | st.datetimes(timezones=st.just(UTC))


@settings(max_examples=50)
@given(
    st.builds(
        Selection,
        by=st.sampled_from(By),
        since=moments,
        until=moments,
        types=lists,
        sources=lists,
        vias=lists,
        events=lists,
        verdicts=lists,
        model=texts,
        endpoint=texts,
        subject=texts,
        correlation=texts,
        where=texts,
    )
)
def test_a_selection_is_read_back_from_its_event(selection):
    assert selection_from(to_plain(selection)) == selection


@settings(max_examples=50)
@given(st.text(max_size=20), st.integers(0, 10**9), st.none() | st.just(KEY))
def test_a_cursor_is_read_back_from_its_text(subject, version, key):
    cursor = Cursor(subject=subject, version=0 if key else version, key=key)

    assert Cursor.read(cursor.text) == cursor
