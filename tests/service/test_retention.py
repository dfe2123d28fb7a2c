"""What is kept goes when its time is over, never what is still rested on, and the chain says so."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from shutil import copytree

import pytest

from shared.bootstrap import build
from shared.domain.chain.links import Fault, is_stub
from shared.errors import InvalidPolicy
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import fold
from shared.service.retention import Retention
from shared.service.verifying import Heads, verify
from shared.settings import Settings
from tests.conftest import EVENTS, NOON, Scene, StoppedClock

ENDPOINT = "endpoint/loan-endpoint"
OFTEN = 70
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """The state of a home where an endpoint was looked at once a day for seventy days."""
    home = tmp_path_factory.mktemp("lived")
    for folder in ("policies", "workspace/endpoints", "workspace/models"):
        (home / folder).mkdir(parents=True)
    scene = scene_of(home)
    scene.policy("model: loan-default\nendpoint: loan-endpoint\nrouting: {}\n")
    scene.endpoint("{blue: 100}", "{blue: {model: 'loan-default:7', state: Succeeded}}")
    written = (EVENTS / "arm_online_deployment_write_success.derived.json").read_text()
    for day in range(OFTEN):
        scene.clock.now = NOON + day * DAY
        [event] = json.loads(written)
        event |= {"id": f"day {day}", "eventTime": scene.clock.now.isoformat()}
        for receipt in scene.application.service.receive(json_of([event]), via="test"):
            scene.application.service.handle(receipt.event.to_cloud_event())
        put_at(scene, scene.clock.now)
    return home


def scene_of(home):
    clock = StoppedClock(NOON + (OFTEN - 1) * DAY)
    settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
    return Scene(home=home, clock=clock, application=build(settings, clock=clock))


@pytest.fixture
def watched(lived, tmp_path):
    """A copy of it, on the last of those days."""
    return scene_of(copytree(lived, tmp_path / "home"))


def json_of(payload):
    return json.dumps(payload).encode()


def put_at(scene, at):
    """What was put just now was put then."""
    just_now = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    with closing(sqlite3.connect(scene.home / "driftgate.db")) as connection, connection:
        connection.execute("UPDATE evidence SET put = ? WHERE put > ?", (at.isoformat(), just_now))


def rules(scene, text):
    scene.write("policies/fleet.yaml", f"retention: {text}\n")


def retention(scene, **options):
    parts = scene.application
    return Retention(service=parts.service, adapters=parts.adapters, clock=parts.clock, **options)


def chain(scene, subject=ENDPOINT):
    return [logged.decision for logged in scene.application.ledger.chain(subject)]


def foldable(scene):
    parts = scene.application
    first = OFTEN - 5
    past = PastDecisions(parts.evidence)
    return [step.same for step in fold(parts.ledger, parts.evidence, past, ENDPOINT, first)]


def verified(scene, **asked):
    parts = scene.application
    found = verify(parts.ledger, parts.evidence, parts.clock(), **asked)
    return [(one.fault, one.version) for one in found.breaks]


def test_a_dry_run_counts_and_removes_nothing(watched):
    rules(watched, "{archive: 30d, evidence: 30d}")
    before = len(list(watched.application.evidence.walk()))

    run = retention(watched).plan()

    assert (run.archive, run.decisions) == (39, 0)
    assert 0 < run.evidence <= 32
    assert len(list(watched.application.evidence.walk())) == before
    assert chain(watched, "retention/fleet") == []
    assert retention(watched).plan() == run


def test_what_is_over_goes_and_what_is_needed_to_decide_the_rest_again_stays(watched):
    rules(watched, "{archive: 30d, evidence: 30d}")
    planned = retention(watched).plan()

    run = retention(watched).apply()

    assert (run.archive, run.evidence, run.finished) == (39, planned.evidence, True)
    assert len(list(watched.application.archive.walk())) == OFTEN - 39
    assert foldable(watched) == [True] * 6
    begun, ended = chain(watched, "retention/fleet")
    assert begun["event"]["data"]["evidence"] == "2026-03-14T12:00:00Z"
    assert ended["event"]["data"] == {
        "archive": 39,
        "evidence": planned.evidence,
        "decisions": 0,
        "finished": True,
    }
    assert next(f["sentence"] for f in ended["findings"]) == "39 payloads went."
    assert verified(watched) == []


def test_a_second_run_has_nothing_to_do_and_says_nothing(watched):
    rules(watched, "{archive: 30d, evidence: 30d}")
    retention(watched).apply()

    run = retention(watched).apply()

    assert (run.archive, run.evidence) == (0, 0)


def test_verifying_knows_that_evidence_went_by_the_rules(watched):
    rules(watched, "{archive: null, evidence: 30d}")
    removed = retention(watched).apply().evidence
    parts = watched.application

    found = verify(parts.ledger, parts.evidence, parts.clock(), with_evidence=True)

    assert (found.breaks, found.removed) == ((), removed)
    last = chain(watched)[-1]["evidence"]
    assert watched.application.evidence.remove(last, datetime.max.replace(tzinfo=UTC))
    assert verified(watched, with_evidence=True) == [(Fault.EVIDENCE_MISSING, OFTEN)]


def test_what_went_under_shorter_rules_is_not_missed_under_longer_ones(watched):
    rules(watched, "{archive: null, evidence: 7d}")
    assert retention(watched).apply().evidence > 0
    rules(watched, "{archive: 60d, evidence: 60d}")
    watched.clock.advance(DAY)

    assert retention(watched).apply().archive > 0

    assert verified(watched, with_evidence=True) == []


def test_decisions_are_forgotten_only_where_a_policy_says_so_and_what_is_kept_can_be_told(watched):
    rules(watched, "{archive: 7d, evidence: 7d, decisions: 10d}")

    run = retention(watched).apply()

    stubs = [is_stub(decision) for decision in chain(watched)]
    assert stubs == [True] * 31 + [False] * (OFTEN - 31 + 1)
    assert run.decisions == 31
    said = chain(watched)[-1]["event"]["data"]
    assert (said["up_to"], said["forgets"], said["decisions"]) == (31, False, 31)
    assert foldable(watched)[:6] == [True] * 6
    assert verified(watched, with_evidence=True) == []
    assert watched.application.ledger.state(ENDPOINT).state["deployments"] != {}
    assert retention(watched).apply().decisions == 0


def test_a_run_whose_time_is_over_goes_on_where_it_stopped(watched):
    rules(watched, "{archive: 30d, evidence: 30d}")
    whole = retention(watched).plan()

    first = retention(watched, budget=timedelta(0)).apply()
    assert (first.archive, first.evidence, first.finished) == (0, 0, False)
    second = retention(watched).apply()

    assert (second.archive, second.evidence) == (whole.archive, whole.evidence)
    assert second.finished


def test_for_ever_is_for_ever_and_where_nothing_is_said_it_is_thirteen_months(watched):
    rules(watched, "{archive: null, evidence: null}")
    watched.clock.advance(10_000 * DAY)
    assert retention(watched).apply().archive == 0

    rules(watched, "{}")
    watched.clock.now = NOON + 401 * DAY
    assert retention(watched).plan().archive == 1


def test_under_a_fleet_that_cannot_be_read_nothing_goes(watched):
    rules(watched, "{archive: 30d, evidence: 1d}")

    with pytest.raises(InvalidPolicy, match=r"retention\.evidence is below 7 days"):
        retention(watched).apply()

    assert len(list(watched.application.archive.walk())) == OFTEN


def test_the_daily_run_keeps_where_the_chains_end_and_then_removes(watched, caplog):
    rules(watched, "{archive: 30d, evidence: 30d}")
    end = chain(watched)[-1]["hash"]

    with caplog.at_level("INFO", logger="driftgate.heads"):
        watched.application.retention()

    heads = Heads.read(watched.application.adapters.anchors.newest())
    assert heads.heads == {ENDPOINT: (OFTEN, end)}
    assert caplog.messages == [f"heads of 1 subjects, root {heads.root}"]
    assert len(chain(watched, "retention/fleet")) == 2
    parts = watched.application
    assert list(heads.missing_in(parts.ledger)) == []
