"""Charts and timelines of the console, a page each, that other pages take in."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.event import Check
from shared.domain.verdict import Verdict
from shared.service.history import DriftHistory, MarkKind, Span
from shared.service.history.drift import FeatureSeries
from shared.service.history.marks import Link, LinkKind, Mark
from shared.service.history.points import Point
from shared.web.console.histories.histories import unread
from shared.web.console.histories.kinds import Narrowed, tone_of, word_of
from shared.web.console.histories.links import link_of, promotion_paths
from shared.web.console.histories.spans import Back, looked_back, reach_of
from tests.conftest import NOON
from tests.service.history.written import MODEL, Written
from tests.web.console.reading import Console

GREEN_IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
DAY = timedelta(days=1)


def point(at, verdict, sentence):
    return Point(at=at, verdict=verdict, reason="r", sentence=sentence, decision="d")


def series(*points):
    return FeatureSeries(name="income", side="feature", points=points, looks=len(points))


def drift_of(**given):
    return DriftHistory(model="m", span=Span(since=NOON, until=NOON + 7 * DAY), **given)


@pytest.fixture
def incident(scene, completed):
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()
    return scene


@pytest.fixture
def drifted(scene, registered):
    """Four columns, of which one drifts, looked at twice."""
    generator = np.random.default_rng(3)
    names = ("income", "age", "debt", "rate")
    scene.policy("model: loan-default\ntraining_data: train\ndrift: {window: 7d}\n")
    scene.model("7", "metrics: {auc: 0.9}\n")
    (scene.home / "workspace/data").mkdir(parents=True)
    (scene.home / "workspace/inference").mkdir(parents=True)
    table = {name: generator.normal(0.0, 1.0, 4_000) for name in names}
    parquet.write_table(pa.table(table), scene.home / "workspace/data/train.parquet")
    scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
    scene.send(registered("7"))
    start = scene.clock.now.replace(hour=0) - 7 * DAY
    rows = {name: generator.normal(0.0, 1.0, 2_000) for name in names}
    rows["income"] = generator.normal(1.5, 1.0, 2_000)
    rows["time"] = pa.array([start + 7 * DAY * (number / 2_000) for number in range(2_000)])
    parquet.write_table(pa.table(rows), scene.home / "workspace/inference/rows.parquet")
    scene.write("workspace/inference/loan-default.yaml", "paths: rows.parquet\ntime_column: time\n")
    scene.application.service.fan_out(Check.DRIFT)
    scene.drain()
    return scene


def test_the_traffic_page_has_the_chart_its_sentence_and_its_numbers(incident):
    page = Console(incident).get("/console/histories/traffic?endpoint=loan-endpoint&back=7d")

    told = "loan-endpoint: declared is blue 100 %, 0 changes in this span; green has 0 %."
    assert f'<svg role="img" aria-label="{told}"' in page.html
    assert told in page.text
    assert "What the numbered lines are" in page.text
    assert [text for address, text in page.links if address.startswith("/console/alerts/")]


def test_the_drift_page_has_those_that_alarm_first_and_the_others_on_demand(drifted):
    console = Console(drifted)

    first = console.get("/console/histories/drift?model=loan-default")
    others = console.get("/console/histories/drift?model=loan-default&others=true")

    assert first.html.count("<figure") == 3
    assert first.text.index("income: ") < first.text.index("The other 1: ")
    assert others.html.count("<figure") == 1
    assert "income: " not in others.text


def test_the_numbers_of_a_chart_are_a_table_with_verdicts_in_words(drifted):
    page = Console(drifted).get("/console/histories/drift?model=loan-default")

    assert "Look Index Interval Limit Verdict In words" in page.text
    assert "✗ fail" in page.text


def test_a_look_that_could_not_be_made_is_told_with_its_time_until_a_later_one_told_numbers():
    failed = point(NOON + DAY, Verdict.ERROR, "There is no table of that name.")
    after = point(NOON + 2 * DAY, Verdict.PASS, "Like the training data.")
    told = "2026-02-04 12:00 UTC: There is no table of that name."

    assert unread(drift_of(problems=(failed,))) == (told,)
    assert unread(drift_of(problems=(failed,), features=(series(after),))) == ()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("traffic?endpoint=other", "No look at this endpoint in this span told"),
        ("drift?model=other", "No look at drift in this span told a number."),
        ("kpis?model=other", "No look at a business figure in this span."),
        ("timeline?model=other&kind=alerts", "Nothing of that kind happened in this span."),
        ("timeline?endpoint=other&back=all", "Nothing happened in this span."),
    ],
)
def test_where_nothing_was_decided_it_is_said(scene, path, said):
    page = Console(scene).get(f"/console/histories/{path}")

    assert page.status == 200
    assert said in page.text


@pytest.mark.parametrize("path", ["traffic", "drift?back=2d&model=m", "timeline?kind=all&page=0"])
def test_what_cannot_be_meant_is_a_page_that_says_so(scene, path):
    assert Console(scene).get(f"/console/histories/{path}").status == 400


def test_a_timeline_tells_the_newest_first_and_leads_to_alerts_and_events(incident):
    console = Console(incident)

    page = console.get("/console/histories/timeline?model=loan-default&back=all")

    assert page.text.index("alert began") < page.text.index("deployment written")
    addresses = [address for address, _ in page.links]
    assert any(address.startswith("/console/alerts/") for address in addresses)
    assert any(address.startswith("/console/events/") for address in addresses)


def test_a_timeline_is_narrowed_to_one_kind(incident):
    page = Console(incident).get(
        "/console/histories/timeline?endpoint=loan-endpoint&back=all&kind=alerts"
    )

    assert "alert began" in page.text
    assert "deployment written" not in page.text


def test_a_long_timeline_is_paged(incident, completed):
    for minutes in range(1, 41):
        incident.send(completed("green", at=incident.clock.now + timedelta(minutes=minutes)))
        incident.clock.advance(timedelta(minutes=minutes))
    console, path = Console(incident), "/console/histories/timeline?endpoint=loan-endpoint"

    first = console.get(path)

    assert "Page 1 of 2" in first.text
    assert first.html.count('<span class="tag') == 30
    assert "Newer ones" in console.get(f"{path}&page=2").text


def test_every_kind_of_mark_is_in_a_group_and_has_a_word():
    grouped = [kind for one in Narrowed for kind in one.kinds]

    assert sorted(grouped) == sorted(MarkKind)
    assert all(one.label for one in Narrowed)
    assert word_of(MarkKind.ALERT_BEGAN) == "alert began"
    assert tone_of(MarkKind.ALERT_BEGAN) == "bad"


def mark(kind, target="t"):
    return Mark(
        at=NOON,
        kind=MarkKind.PROMOTION,
        subject="retraining/my model",
        about="7",
        sentence="It happened.",
        link=Link(kind=kind, target=target),
        decision="d",
    )


def test_a_mark_leads_to_the_page_that_tells_more():
    paths = promotion_paths([{"promotion": "p", "model": "a/b", "version": "7"}])

    assert link_of(mark(LinkKind.ALERT, "f/1"), paths) == ("/console/alerts/f%2F1", "the alert")
    assert link_of(mark(LinkKind.EVENT), paths) == ("/console/events/t", "the event")
    assert link_of(mark(LinkKind.PROMOTION, "p"), paths) == (
        "/console/promotions/a%2Fb/7",
        "the promotion",
    )
    assert link_of(mark(LinkKind.RETRAINING), paths) == (
        "/console/retrainings#my%20model",
        "its retrainings",
    )
    assert link_of(mark(LinkKind.PROMOTION, "gone"), paths) is None
    assert link_of(mark(LinkKind.DECISION), paths) is None


def test_within_a_step_that_no_chart_could_show_a_span_stays_the_same(scene):
    ledger = scene.application.ledger

    first = looked_back(ledger, [MODEL], Back.MONTH, NOON)
    later = looked_back(ledger, [MODEL], Back.MONTH, NOON + timedelta(minutes=20))
    much_later = looked_back(ledger, [MODEL], Back.MONTH, NOON + timedelta(hours=2))

    assert (first.span.until, first.token) == (later.span.until, later.token)
    assert first.token != much_later.token
    assert timedelta() < first.span.until - NOON <= timedelta(hours=1)
    assert NOON - first.span.since == 30 * DAY


def test_everything_goes_back_to_the_first_decision_that_is_kept(incident):
    found = looked_back(
        incident.application.ledger, ["endpoint/loan-endpoint"], Back.ALL, incident.clock.now
    )

    assert found.span.since == NOON


def test_a_chart_begins_where_something_is_known():
    span = looked_back(Written(), [], Back.WEEK, NOON).span

    assert reach_of(span, [NOON - DAY, NOON - 30 * DAY]).begin == NOON - DAY
    assert reach_of(span, []).begin == span.since


def test_what_others_wrote_is_text_and_no_markup(incident):
    hostile = '"><script>alert(1)</script>'
    console = Console(incident)

    for path in ("traffic?endpoint", "drift?model", "kpis?model", "timeline?model"):
        page = console.get(f"/console/histories/{path}={hostile}")

        assert "<script>alert" not in page.html
