"""Chains are verified, what is over goes, a subject is erased: on Azure's adapters."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.azure.table_ledger import TABLE
from shared.adapters.azure.table_rows import decision_row, partition_of
from shared.domain.event import Event
from shared.domain.replay import Of, Selection
from shared.policies import read_policy
from shared.service.erasing import Erasing
from shared.service.retention import Retention
from shared.service.verifying import Heads, verify
from shared.service.verifying.anchoring import anchor
from shared.service.whatif.asking import what_if
from shared.service.whatif.changed import Changed
from shared.service.whatif.comparing import Span
from tests.integration.story.conftest import TRAFFIC
from tests.integration.story.hosting import Host
from tests.service.replaying.lost import completed

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
POLICY = "model: loan-default\nendpoint: loan-endpoint\nrouting: {grace: 30m}\n"
ENDPOINT, OTHER = "endpoint/loan-endpoint", "endpoint/b"
KEPT = "retention: {archive: 7d, evidence: 7d, decisions: 7d}\n"
DAY = timedelta(days=1)


@pytest.fixture
def host(story, monkeypatch):
    """Two endpoints with a deployment each that gets no traffic, which the log shows."""
    now = story.clock.now
    story.account.keep("policies", "loan-default.yaml", POLICY)
    for name in ("loan-endpoint", "b"):
        blue, green = {"changed": now}, {"changed": now - DAY}
        story.workspace.deploy(
            name, {"traffic": {"green": 100}, "deployments": {"blue": blue, "green": green}}
        )
    times = [(now + timedelta(minutes=minute)).replace(tzinfo=None) for minute in range(0, 300, 5)]
    story.logs.make(
        "AmlOnlineEndpointTrafficLog", TRAFFIC, [(at, "loan-endpoint", "green") for at in times]
    )
    return Host(story, monkeypatch)


def happened(host, looks):
    """An event of each endpoint came in, and one of them was looked at so often."""
    story = host.story
    for number, name in enumerate(["b", *["loan-endpoint"] * looks]):
        event = completed(name, f"e{number}", story.clock.now)
        if number < 2:
            story.application.service.receive(json.dumps(event).encode(), via="event-grid")
        story.application.service.handle(Event.from_cloud_event(event).to_cloud_event())
        story.clock.advance(timedelta(minutes=20))


def verified(host, **asked):
    app = host.application
    found = verify(app.ledger, app.evidence, app.clock(), **asked)
    return [(one.fault.value, one.subject, one.version) for one in found.breaks]


class Died(BaseException):
    """The process ends; nothing that would come after it is done."""


class Dies:
    """A store whose process dies at the call of this number, before it is made."""

    def __init__(self, store, method, number):
        self._store, self._method, self._left = store, method, number

    def __getattr__(self, name):
        if name == self._method:
            self._left -= 1
            if self._left == 0:
                raise Died
        return getattr(self._store, name)


def test_chains_evidence_decisions_and_heads_hold_and_an_altered_row_is_named(host):
    happened(host, looks=3)
    app = host.application
    anchor(app.ledger, app.adapters.anchors, app.clock())
    heads = Heads.read(app.adapters.anchors.newest())
    whole = verify(
        app.ledger, app.evidence, app.clock(), with_evidence=True, again=True, against=heads
    )
    assert (whole.breaks, whole.notes, whole.links) == ((), (), whole.again)
    assert whole.heads.heads == heads.heads
    status, said = host.call("GET", f"verify/{ENDPOINT}", role="viewer")
    assert (status, said["intact"], said["links"]) == (200, True, 3)

    table = host.story.account.tables.get_table_client(TABLE)
    row = table.get_entity(partition_of(ENDPOINT), decision_row(2))
    row["text0"] = row["text0"].replace("loan-endpoint", "loan-endpoinT", 1)
    table.update_entity(row)
    assert verified(host, subject=ENDPOINT) == [("altered", ENDPOINT, 2)]
    table.delete_entity(partition_of(OTHER), decision_row(1))
    assert ("head", OTHER, 1) in verified(host, subject=OTHER, against=heads)
    intact = host.call("GET", f"verify/{ENDPOINT}", role="viewer")[1]["intact"]
    assert (intact, host.call("GET", f"verify/{ENDPOINT}")[0]) == (False, 401)


def explained(host, thing):
    status, body = host.call("GET", f"explain/{thing}", role="viewer")
    assert status == 200, body
    return json.dumps(body)


def retained(host, adapters):
    return Retention(service=host.application.service, adapters=adapters, clock=host.story.clock)


def test_what_is_over_goes_whoever_dies_and_the_chains_still_hold(host):
    happened(host, looks=33)
    app = host.application
    keys = {one.event["subject"]: one.key for one in app.archive.list()}
    host.story.account.keep("policies", "fleet.yaml", KEPT.replace("archive: 7d", "archive: null"))
    host.story.clock.advance(30 * DAY)
    plan = retained(host, app.adapters).plan()
    assert (plan.archive, plan.decisions) == (0, 31)
    assert plan.evidence > 20

    dying = replace(app.adapters, evidence=Dies(app.adapters.evidence, "remove", 5))
    with suppress(Died):
        retained(host, dying).apply()
    assert verified(host) == []
    assert "what was decided was erased since" in explained(host, keys[ENDPOINT])
    [gone] = app.dry_run(Selection(subject=ENDPOINT)).told()
    assert gone.sentence == "It was decided, and the contents of its decision were erased since."
    host.story.account.keep("policies", "fleet.yaml", KEPT)
    app.retention()

    assert verified(host) == []
    assert app.archive.list() == []
    assert [one.came.value for one in app.dry_run(Selection()).told()] == []
    chain = list(app.dry_run(Selection(of=Of.CHAINS, subject=ENDPOINT)).told())
    assert [one.came.value for one in chain[:31]] == ["unknown"] * 31
    assert chain[0].sentence == "The contents were erased."
    left = retained(host, app.adapters).plan()
    assert (left.archive, left.evidence, left.decisions) == (0, 0, 0)
    assert Heads.read(app.adapters.anchors.newest()).heads[ENDPOINT][0] == 34


def test_a_subject_is_erased_whoever_dies_and_replay_says_so(host):
    happened(host, looks=3)
    app = host.application
    host.story.clock.advance(timedelta(hours=3))
    erasing = Erasing.of(app.service, app.adapters, app.clock)
    plan = erasing.plan(ENDPOINT)
    assert (plan.decisions, plan.payloads) == (3, 1)
    who = {"author": "anna@example.com", "reason": "request 4711"}
    for store, method in (("evidence", "remove"), ("ledger", "erase")):
        dies = {store: Dies(getattr(app.adapters, store), method, 1)}
        with pytest.raises(Died):
            Erasing.of(app.service, replace(app.adapters, **dies), app.clock).erase(ENDPOINT, **who)
    app.retention()

    assert verified(host) == []
    assert [one.event["subject"] for one in app.archive.list()] == [OTHER]
    told = list(app.dry_run(Selection(of=Of.CHAINS, subject=ENDPOINT)).told())
    assert {one.sentence for one in told[:3]} == {"The contents were erased."}
    assert told[3].event["data"]["because"] == "request 4711"
    event = completed("loan-endpoint", "e1", host.story.clock.now)
    app.service.receive(json.dumps(event).encode(), via="event-grid")
    host.run()
    since = [logged.decision["event"]["id"] for logged in app.ledger.chain(ENDPOINT, 4)]
    assert "e1" not in since, "what was decided is not decided again"


def test_a_policy_is_tried_out_on_what_the_table_holds(host):
    app = host.application
    happened(host, looks=1)
    host.story.clock.advance(timedelta(minutes=20))
    host.run()
    softer = POLICY.replace("30m", "10d")
    changed = Changed(policies={"loan-default": read_policy(softer.encode(), "new.yaml")})
    before = app.ledger.decisions(limit=100)

    span = Span(since=app.clock() - DAY, until=app.clock() + DAY)
    report = what_if(app.adapters, app.settings, changed, span)

    assert report.to_json()["counts"]["raised"] == {"before": 1, "after": 0}
    assert app.ledger.decisions(limit=100) == before
