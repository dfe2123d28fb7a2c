"""Drift on what Azure's data collector keeps: inputs and outputs, sampled, late and damaged.

Longer than most: each story needs days of collected rows, which one world writes for all of them.
"""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.canonical import canonical_json
from shared.domain.decisions.drift.deciding import decide_drift
from shared.domain.event import Check, Event
from shared.domain.evidence import DriftEvidence
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.service.codec import decode
from shared.service.reactions import reaction_to
from shared.statistics import sequential
from tests.service.collecting import DAY, HOUR, collect, envelope, file_of, write_lines

POLICY = """\
model: loan-default
endpoint: loan-endpoint
training_data: train
drift: {window: 2d}
"""
BLUE = '{blue: {model: "loan-default:7", sampling: 10, outputs_sampling: 100}}'


def scores(rng, n):
    return {"score": rng.beta(2.0, 5.0, n)}


def higher_scores(rng, n):
    return {"score": rng.beta(5.0, 2.0, n)}


@pytest.fixture
def midnight(scene):
    scene.clock.now = scene.clock.now.replace(hour=0, minute=5)
    return scene.clock.now.replace(minute=0)


@pytest.fixture
def model(scene, registered, midnight):  # noqa: ARG001  the clock has to stand there
    """Makes a model whose training data has some columns, served by blue."""

    def make(policy=POLICY, **columns):
        scene.policy(policy)
        scene.model("7", "metrics: {auc: 0.9}\n")
        (scene.home / "workspace/data").mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(3)
        table = pa.table({"income": rng.normal(0.0, 1.0, 5_000), **columns})
        parquet.write_table(table, scene.home / "workspace/data/train.parquet")
        scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
        scene.endpoint("{blue: 100}", BLUE)
        scene.send(registered("7"))
        scene.requests.clear()
        return scene

    return make


def look(scene):
    scene.application.service.fan_out(Check.DRIFT)
    scene.drain()
    return scene.last("model/loan-default")


def finding(decision, thing, reason=None):
    return next(
        f for f in decision["findings"] if f["thing"] == thing and reason in {None, f["reason"]}
    )


def test_predictions_that_the_training_data_holds_are_compared_as_features_are(model, midnight):
    scene = model(score=np.random.default_rng(4).beta(2.0, 5.0, 5_000))
    collect(scene, midnight - 2 * DAY, midnight, outputs=higher_scores)

    decision = look(scene)

    assert finding(decision, "feature/income")["verdict"] == "pass"
    assert finding(decision, "prediction/score")["verdict"] == "fail"


def test_the_rows_behind_a_window_are_told_with_their_sampling_and_how_they_join(model, midnight):
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight, outputs=scores)

    decision = look(scene)

    window = "window/2026-02-03 00:00 UTC"
    assert finding(decision, window, "rows_read")["sentence"] == (
        "1440 input rows of 48 files and 1440 output rows of 48 files were read. "
        "10 % of the requests are collected, so 1440 rows stand for about 14 400."
    )
    joined = finding(decision, window, "joined")
    assert (joined["estimate"], joined["n"]) == (1.0, 1440)
    assert joined["sentence"].endswith(
        "0 of 1440 inputs are without outputs; 0 of 1440 outputs without inputs."
    )


def test_a_drift_alert_says_how_much_of_what_is_served_it_rests_on(model, midnight):
    scene = model()
    collect(
        scene,
        midnight - 2 * DAY,
        midnight,
        inputs=lambda rng, n: {"income": rng.normal(1.5, 1.0, n)},
    )
    look(scene)
    scene.clock.advance(2 * HOUR)
    look(scene)

    [notice] = scene.notices
    assert (
        "10 % of the requests are collected, so 1440 rows stand for about 14 400."
        in (notice["data"]["alert"]["text"])
    )


def test_predictions_the_training_data_does_not_know_are_watched_against_their_own_beginning(
    model, midnight
):
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight, outputs=scores)
    waiting = finding(look(scene), "predictions")
    assert (waiting["verdict"], waiting["enforced"]) == ("inconclusive", False)
    assert "are compared with its own first 2 d once these are over" in waiting["sentence"]

    for day in range(1, 6):
        make = scores if day < 3 else higher_scores
        start = midnight + (day - 1) * DAY
        collect(scene, start, start + DAY, outputs=make, seed=day + 10)
        scene.clock.now = start + DAY + 3 * HOUR
        last = look(scene)

    assert scene.told() == [("PostAlert", "drift")]
    [alert] = [notice["data"]["alert"] for notice in scene.notices]
    assert alert["labels"] == {"model": "loan-default", "of": "predictions"}
    assert alert["title"] == "loan-default: 1 of 1 predictions drifted (score)"
    assert "not like the first ones of version 7, those from 2026-02-01 00:00" in alert["text"]
    assert finding(last, "prediction/score")["verdict"] == "fail"
    assert finding(last, "feature/income")["verdict"] == "pass"
    assert [request["data"]["features"] for request in scene.requests] == [["score"]]

    for day in range(6, 9):
        start = midnight + (day - 1) * DAY
        collect(scene, start, start + DAY, outputs=scores, seed=day + 10)
        scene.clock.now = start + DAY + 3 * HOUR
        look(scene)

    assert scene.told()[-1] == ("ResolveAlert", "drift")
    assert scene.notices[-1]["data"]["reason"].endswith(
        "is like the version's first predictions again"
    )


def test_what_another_version_answers_is_no_drift_of_this_one(model, midnight):
    scene = model(score=np.random.default_rng(4).beta(2.0, 5.0, 5_000))
    scene.endpoint(
        "{blue: 90, green: 10}",
        '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}',
    )
    collect(scene, midnight - 2 * DAY, midnight, outputs=scores)
    collect(scene, midnight - 2 * DAY, midnight, deployment="green", outputs=higher_scores)

    decision = look(scene)

    assert finding(decision, "prediction/score")["n"] == 1440
    assert finding(decision, "prediction/score")["verdict"] == "pass"
    assert finding(decision, "feature/income")["n"] == 2880


def test_predictions_with_more_shapes_and_shares_than_are_watched_are_judged_by_limits_alone(
    model, midnight, monkeypatch
):
    monkeypatch.setattr(sequential, "MOST_OF_ANSWERS", 6)
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight, outputs=scores)
    look(scene)
    told = []
    for day in range(1, 6):
        make = scores if day < 3 else higher_scores
        start = midnight + (day - 1) * DAY
        collect(scene, start, start + DAY, outputs=make, seed=day + 10)
        scene.clock.now = start + DAY + 3 * HOUR
        last = look(scene)
        told += [one["sentence"] for one in last["findings"] if one["thing"] == "predictions"]

    assert any("would watch 7 shares and shapes of 1 columns, and 6 is the" in one for one in told)
    assert finding(last, "prediction/score")["verdict"] == "fail"
    assert ("PostAlert", "drift") in scene.told()


def test_predictions_that_the_policy_leaves_out_are_not_watched(model, midnight):
    scene = model(POLICY.replace("2d}", "2d, exclude: [score]}"))
    collect(scene, midnight - 2 * DAY, midnight, outputs=scores)

    assert "predictions" not in [f["thing"] for f in look(scene)["findings"]]


def test_answers_that_cannot_be_compared_say_why_and_stop_nothing(model, midnight):
    """A list of probabilities is no number."""
    scene = model()
    for day in (2, 1):
        collect(
            scene,
            midnight - day * DAY,
            midnight - (day - 1) * DAY,
            outputs=lambda rng, n: {"p": [[0.1, float(one)] for one in rng.random(n)]},
        )
    look(scene)
    scene.clock.now = midnight + DAY + 3 * HOUR
    collect(
        scene,
        midnight,
        midnight + DAY,
        outputs=lambda rng, n: {"p": [[0.1, float(one)] for one in rng.random(n)]},
    )

    decision = look(scene)

    assert "has no column that can be compared" in finding(decision, "predictions")["sentence"]
    assert finding(decision, "feature/income")["verdict"] == "pass"


def test_lines_that_cannot_be_read_are_counted_and_the_window_is_judged_on_the_others(
    model, midnight
):
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight)
    hour = midnight - HOUR
    write_lines(
        scene,
        file_of(hour),
        [
            envelope(None, hour, "big", dataref="other/file.json"),
            envelope("https://account.blob/secret", hour, "bin", datainblob="true"),
            envelope({"data": [[1, 2]]}, hour, "body"),
            "{broken\n",
            '{"specversion": "1.0", "ti',
        ],
    )

    decision = look(scene)

    told = finding(decision, "window/2026-02-03 00:00 UTC/model_inputs", "lines_unread")
    assert told["details"]["unread"] == {
        "broken": 1,
        "elsewhere": 2,
        "payload": 1,
        "truncated": 1,
    }
    assert told["sentence"].startswith("5 of 293 collected lines could not be read: ")
    assert "secret" not in json.dumps(decision)
    assert finding(decision, "feature/income")["verdict"] == "pass"


LIMITS = POLICY.replace("2d}", "2d, alarm: limits}")


def test_data_that_comes_late_is_judged_again_once_and_raises_its_alert(model, midnight):
    scene = model(LIMITS)
    collect(scene, midnight - 2 * DAY, midnight - 12 * HOUR)
    assert finding(look(scene), "feature/income")["verdict"] == "pass"
    moved = {"inputs": lambda rng, n: {"income": rng.normal(3.0, 1.0, n)}, "lines": 30}
    collect(scene, midnight - 12 * HOUR, midnight, **moved)

    scene.clock.advance(HOUR)
    assert [f["reason"] for f in look(scene)["findings"]] == ["judged_before"]
    scene.clock.advance(HOUR)
    decision = look(scene)

    late = finding(decision, "window/2026-02-03 00:00 UTC", "late_data")
    assert "the verdict was pass and is fail" in late["sentence"]
    assert scene.told() == [("PostAlert", "drift")]

    collect(scene, midnight - 13 * HOUR, midnight - 12 * HOUR, seed=9)
    scene.clock.advance(HOUR)
    later = look(scene)
    assert [f["reason"] for f in later["findings"]] == ["judged_before", "too_late"]
    assert later["verdict"] == "fail"
    assert scene.told() == [("PostAlert", "drift")]


def test_a_period_is_taken_in_when_its_rows_can_no_longer_come_late(model, midnight):
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight)
    look(scene)
    first = scene.application.ledger.state("model/loan-default").state["drift"]
    assert first["until"] == (midnight - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")

    scene.clock.advance(2 * HOUR)
    look(scene)
    second = scene.application.ledger.state("model/loan-default").state["drift"]
    assert second["until"] == midnight.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert second["recent"] == first["recent"] == ["pass"]


def test_an_endpoint_that_is_gone_leaves_the_baseline_and_says_that_nothing_is_collected(
    model, midnight
):
    scene = model()
    (scene.home / "workspace/endpoints/loan-endpoint.yaml").unlink()

    decision = look(scene)

    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == (
        "The workspace has no inference data of loan-default."
    )
    collect(scene, midnight - 2 * DAY, midnight)
    scene.clock.advance(timedelta(minutes=1))
    assert finding(look(scene), "feature/income")["verdict"] == "pass"


def redecided(scene, subject="model/loan-default"):
    """The last decision, made again of the evidence that was kept and the state before it."""
    kept = scene.last(subject)
    event = Event.from_cloud_event(kept["event"])
    reaction = reaction_to(event)
    plain = json.loads(scene.application.evidence.get(kept["evidence"]))
    policy = scene.application.policies.for_model("loan-default")
    evidence = decode(plain, reaction.evidence)
    assert json.loads(canonical_json(evidence)) == plain
    return kept, reaction.decide(event, evidence, policy, scene.before, scene.clock.now)


def test_a_look_at_inputs_and_predictions_can_be_decided_again_from_what_was_kept(model, midnight):
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight + DAY, outputs=scores)
    look(scene)
    scene.clock.now = midnight + DAY + 3 * HOUR
    ledger = scene.application.ledger
    scene.before = decode(ledger.state("model/loan-default").state, SubjectState)
    look(scene)

    kept, outcome = redecided(scene)

    assert [f["sentence"] for f in kept["findings"]] == [f.sentence for f in outcome.findings]
    assert "prediction/score" in [finding.thing for finding in outcome.findings]
    after = decode(ledger.state("model/loan-default").state, SubjectState)
    assert (outcome.state.drift, outcome.state.predictions) == (after.drift, after.predictions)


def test_evidence_of_an_earlier_form_is_decided_as_it_was(model, midnight):
    """Without listed files there is one window, and it is new."""
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight)
    scene.before = SubjectState()
    kept = look(scene)
    plain = json.loads(scene.application.evidence.get(kept["evidence"]))
    new = {"looked", "collected", "predictions", "began", "engine"}
    old = decode({k: v for k, v in plain.items() if k not in new}, DriftEvidence)
    event = Event.from_cloud_event(kept["event"])
    policy = scene.application.policies.for_model("loan-default")

    outcome = decide_drift(event, old, policy, SubjectState(), scene.clock.now)
    nothing = decide_drift(
        event, replace(old, window=None), policy, SubjectState(), scene.clock.now
    )

    assert [f.verdict for f in outcome.findings] == [Verdict.PASS]
    assert [f.sentence for f in nothing.findings] == ["The data of loan-default was not read."]


def test_files_without_a_time_column_are_refused_in_one_sentence(model):
    scene = model()
    rows = "".join(json.dumps({"income": 0.1, "at": n}) + "\n" for n in range(5))
    scene.write("workspace/inference/rows.jsonl", rows)
    scene.write("workspace/inference/loan-default.yaml", "paths: rows.jsonl\n")

    assert look(scene)["findings"][0]["sentence"] == (
        "The rows that were scored have no `time_column`, so no window can be cut; name it."
    )


def test_few_answers_make_no_baseline_and_a_longer_beginning_does(model, midnight):
    """A thousand rows are asked for: here they take six days, where a window has two."""
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight + 6 * DAY, outputs=scores, lines=1, rows=8)
    reasons = []
    for day in range(5):
        scene.clock.now = midnight + day * DAY + 3 * HOUR
        reasons.append([f["thing"] for f in look(scene)["findings"]])

    assert [("predictions" in told) for told in reasons] == [True] * 5
    scene.clock.now = midnight + 5 * DAY + 3 * HOUR
    assert "prediction/score" in [f["thing"] for f in look(scene)["findings"]]


def test_predictions_by_limits_are_told_by_the_window_alone(model, midnight):
    scene = model(LIMITS)
    collect(scene, midnight - 2 * DAY, midnight, outputs=scores)
    collect(scene, midnight, midnight + DAY, outputs=higher_scores)
    look(scene)
    scene.clock.now = midnight + 3 * HOUR
    look(scene)
    scene.clock.now = midnight + DAY + 3 * HOUR
    look(scene)

    assert scene.told() == [("PostAlert", "drift")]
    assert scene.notices[0]["data"]["alert"]["labels"]["of"] == "predictions"
    state = scene.application.ledger.state("model/loan-default").state["predictions"]
    assert (state["packed"], state["recent"]) == ("", ["fail"])


def test_deployments_that_sample_differently_are_told_not_to_weigh_alike(model, midnight):
    scene = model()
    scene.endpoint(
        "{blue: 50, green: 50}",
        '{blue: {model: "loan-default:7", sampling: 10}, '
        'green: {model: "loan-default:8", sampling: 50}}',
    )
    collect(scene, midnight - 2 * DAY, midnight)

    sentence = finding(look(scene), "window/2026-02-03 00:00 UTC", "rows_read")["sentence"]

    assert sentence.endswith(
        "Of the requests, 10 % of blue and 50 % of green are collected: their rows do not weigh "
        "alike."
    )


def test_a_window_of_answers_has_one_verdict_however_often_it_is_looked_at(model, midnight):
    scene = model()
    collect(scene, midnight - 2 * DAY, midnight + 3 * DAY, outputs=scores)
    for day in range(3):
        for hours in (0, 1, 3):
            scene.clock.now = midnight + day * DAY + hours * HOUR + timedelta(minutes=5)
            look(scene)

    state = scene.application.ledger.state("model/loan-default").state
    assert state["predictions"]["recent"] == ["pass", "pass"]
    assert state["drift"]["recent"] == ["pass", "pass", "pass"]
    assert state["predictions"]["until"] == state["drift"]["until"]
