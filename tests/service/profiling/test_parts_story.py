"""Rows that no instance can count in one piece: asked for, counted by parts, judged as they were.

Longer than most: two homes with two days of collected rows each.
"""

import json
from datetime import timedelta

import pytest

from shared.domain.canonical import format_time
from shared.domain.event import Check
from shared.errors import MalformedPayload
from shared.service.messages import PROFILING_REQUESTS
from tests.service.collecting import DAY, HOUR, collect, envelope, file_of, write_lines
from tests.service.profiling.conftest import POLICY, TINY
from tests.web.console.reading import Console

SUBJECT = "profiling/loan-default"


def moved(rng, n):
    return {"income": rng.normal(0.6, 1.0, n)}


def answers(rng, n):
    return {"score": rng.beta(2.0, 5.0, n)}


def rows(scene, midnight):
    """Two days of inputs and outputs, some lines of which cannot be read."""
    collect(scene, midnight - 2 * DAY, midnight, inputs=moved, outputs=answers)
    hour = midnight - 30 * HOUR
    write_lines(scene, file_of(hour), [envelope({"data": [[1]]}, hour, "body"), "{broken\n"])
    write_lines(scene, file_of(hour, collection="model_outputs"), ["{broken\n"])


def fan_out(scene, check=Check.DRIFT):
    scene.application.service.fan_out(check)


def step_checks(scene):
    """Take what waits to be decided, and nothing of what waits to be counted."""
    while scene.application.workers()["checks"].step():
        pass


def told(decision):
    """The findings without those that tell who counted, and without how rows join by their ids."""
    return [
        finding
        for finding in decision["findings"]
        if finding["rule"] != "engine" and finding["reason"] != "joined"
    ]


def profiling(scene):
    [one] = scene.application.ledger.state(SUBJECT).state["profiling"]["profilings"]
    return one


def evidence(scene, decision):
    return json.loads(scene.application.evidence.get(decision["evidence"]))


def counts(profile):
    """All of a profile but its sums of doubles, and which files it read."""
    plain = {name: profile[name] for name in profile if name not in {"columns", "fingerprint"}}
    sums = {"shifted_sum", "shifted_squares"}
    plain["columns"] = {
        name: {key: value for key, value in column.items() if key not in sums}
        for name, column in profile["columns"].items()
    }
    return plain


def unhashed(plain):
    """The same without hashes: of where files lie, and of sums of doubles to the last digit."""
    hashes = {"mark", "counts"}
    if isinstance(plain, dict):
        return {name: unhashed(value) for name, value in plain.items() if name not in hashes}
    return [unhashed(one) for one in plain] if isinstance(plain, list) else plain


@pytest.mark.parametrize("alarm", ["sequential", "limits"])
def test_what_is_counted_by_parts_is_judged_as_what_is_counted_in_one_piece(home, alarm):
    policy = POLICY.replace("2d}", f"2d, alarm: {alarm}}}")
    whole, parts = home("whole", policy=policy), home("parts", TINY, policy)
    midnight = whole.clock.now.replace(minute=0)
    for scene in (whole, parts):
        rows(scene, midnight)

    alone, by_parts = whole.look(Check.DRIFT), parts.look(Check.DRIFT)

    assert by_parts["event"]["type"] == "io.driftgate.ProfileMade"
    assert (by_parts["verdict"], told(by_parts)) == (alone["verdict"], told(alone))
    assert {"lines_unread", "rows_read"} <= {f["reason"] for f in told(by_parts)}
    one, other = evidence(whole, alone), evidence(parts, by_parts)
    assert counts(other["window"]) == counts(one["window"])
    assert [counts(step) for step in other["steps"]] == [counts(step) for step in one["steps"]]
    assert unhashed(other["looked"]) == unhashed(one["looked"])
    for name, column in one["window"]["columns"].items():
        for key in {"shifted_sum", "shifted_squares"} & column.keys():
            assert other["window"]["columns"][name][key] == pytest.approx(column[key], rel=1e-9)
    assert parts.told() == whole.told()
    states = [
        scene.application.ledger.state("model/loan-default").state["drift"]
        for scene in (whole, parts)
    ]
    assert unhashed(states[0]) == unhashed(states[1])


def test_a_look_says_that_it_waits_and_goes_on_as_of_when_it_was_due(home):
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    rows(scene, midnight)
    fan_out(scene)
    step_checks(scene)

    waits = scene.last("model/loan-default")
    reasons = [finding["reason"] for finding in waits["findings"]]
    assert (waits["verdict"], reasons) == ("inconclusive", ["in_parts", "being_counted"])
    assert "so they are counted in parts, side by side" in waits["findings"][0]["sentence"]
    assert scene.application.ledger.state("model/loan-default").state["alerts"] == {}

    page = Console(scene).get("/console/models/loan-default")
    told = "The rows of the drift check due 2026-02-03 00:05 UTC are being counted since"
    assert told in page.html

    scene.clock.advance(7 * HOUR)
    scene.drain()
    assert told not in Console(scene).get("/console/models/loan-default").html
    scene.clock.advance(HOUR)
    decision = scene.last("model/loan-default")
    assert decision["event"]["type"] == "io.driftgate.ProfileMade"
    seen = evidence(scene, decision)
    assert (seen["due"], seen["end"]) == (
        format_time(midnight + timedelta(minutes=5)),
        format_time(midnight),
    )
    assert profiling(scene)["phase"] == "made"
    made = scene.last(SUBJECT)
    assert made["findings"][0]["sentence"].endswith(" parts and 1 try.")


def test_a_look_that_waits_asks_for_nothing_once_more(home):
    scene = home("parts", TINY)
    rows(scene, scene.clock.now.replace(minute=0))
    for _ in range(3):
        fan_out(scene)
        step_checks(scene)
        scene.clock.advance(timedelta(minutes=10))

    assert len(scene.application.queue.peek(PROFILING_REQUESTS, limit=10)) == 1


def test_what_is_being_counted_is_asked_for_by_its_timer_until_it_is_there(home):
    scene = home("parts", TINY)
    rows(scene, scene.clock.now.replace(minute=0))
    fan_out(scene)
    step_checks(scene)
    fan_out(scene, Check.PROFILING)
    step_checks(scene)
    assert "is being counted since" in scene.last(SUBJECT)["findings"][0]["sentence"]
    scene.drain()
    before = scene.last(SUBJECT)["hash"]

    scene.clock.advance(timedelta(minutes=10))
    fan_out(scene, Check.PROFILING)
    step_checks(scene)

    assert scene.last(SUBJECT)["hash"] == before


def test_rows_whose_file_is_gone_are_told_and_asked_for_anew_by_the_next_look(home):
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    rows(scene, midnight)
    fan_out(scene)
    step_checks(scene)
    (scene.home / file_of(midnight - 20 * HOUR)).unlink()

    scene.drain()

    failed = scene.last("model/loan-default")
    assert (failed["verdict"], failed["findings"][0]["reason"]) == ("error", "not_counted")
    assert "does not exist" in failed["findings"][0]["sentence"]
    assert profiling(scene)["phase"] == "failed"
    scene.clock.advance(HOUR)
    assert scene.look(Check.DRIFT)["event"]["type"] == "io.driftgate.ProfileMade"
    assert scene.last("model/loan-default")["verdict"] == "fail"


def test_rows_that_come_while_they_are_counted_are_counted_and_looked_at_once_more(home):
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    rows(scene, midnight)
    fan_out(scene)
    step_checks(scene)
    collect(scene, midnight - 2 * HOUR, midnight, inputs=moved, outputs=answers, seed=5)
    scene.drain()
    first = scene.last("model/loan-default")
    scene.clock.advance(2 * HOUR)

    again = scene.look(Check.DRIFT)

    assert first["verdict"] == again["verdict"] == "fail"
    assert again["event"]["type"] == "io.driftgate.ProfileMade"
    one, other = evidence(scene, first), evidence(scene, again)
    assert one["looked"][-1]["seen"] != other["looked"][-1]["seen"]
    assert one["window"]["rows"] == other["window"]["rows"] == 1500
    scene.clock.advance(HOUR)
    assert scene.look(Check.DRIFT)["findings"][0]["reason"] == "judged_before"


def test_a_dry_run_of_a_look_leaves_no_order_and_no_message(home):
    from shared.domain.event import check_due
    from shared.service.replaying.scratch import scratch_service

    scene = home("parts", TINY)
    rows(scene, scene.clock.now.replace(minute=0))
    app = scene.application
    service = scratch_service(app.adapters, app.settings, scene.clock)
    due = check_due(Check.DRIFT, "model/loan-default", scene.clock.now)

    decision = service.handle(due.to_cloud_event())

    assert decision.findings[-1].reason == "being_counted"
    assert not list(scene.home.rglob("profiling/*/order.json"))
    assert not app.queue.peek(PROFILING_REQUESTS, limit=10)


def asked_for(home):
    """A home in which a look waits, and the message that asks for its profile."""
    scene = home("parts", TINY)
    rows(scene, scene.clock.now.replace(minute=0))
    fan_out(scene)
    step_checks(scene)
    [message] = scene.application.queue.peek(PROFILING_REQUESTS, limit=10)
    return scene, message


def test_a_request_that_a_replay_brings_is_not_carried_out(home):
    scene, message = asked_for(home)

    scene.application.profile({**message.body, "replayname": "again"})

    assert len(scene.application.queue.peek(PROFILING_REQUESTS, limit=10)) == 1


def test_a_request_names_no_other_engine_than_the_order_does(home):
    """Whoever writes to the queue starts no job that nobody decided on."""
    scene, message = asked_for(home)
    data = {**message.body["data"], "engine": "spark"}

    with pytest.raises(MalformedPayload, match="is not counted by spark"):
        scene.application.profile({**message.body, "data": data})

    assert not list((scene.home / "workspace").glob("jobs/*"))
