"""A newly registered model is checked, gated and put forward without anyone asking."""

from datetime import timedelta

import pyarrow as pa
import pytest
from pyarrow import parquet

POLICY = """\
model: loan-default
endpoint: loan-endpoint
gates: {min_auc: 0.9, max_latency_ms: 50, required_tags: [owner]}
"""
GOOD = """\
tags: {owner: risk}
metrics: {auc: 0.95, latency_ms: 40}
inputs: [{name: income, type: double}]
training_data: train
"""


@pytest.fixture
def loans(scene):
    """A policy, a serving champion, and training data."""
    scene.policy(POLICY)
    scene.model("7", GOOD)
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    (scene.home / "workspace/data").mkdir(parents=True)
    table = pa.table({"income": [float(number) for number in range(1000)]})
    parquet.write_table(table, scene.home / "workspace/data/train.parquet")
    scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
    return scene


def test_a_version_that_passes_every_gate_is_put_forward_once(loans, registered):
    loans.model("8", GOOD)

    loans.send(registered("8"))
    loans.send(registered("8"))

    [request] = loans.requests
    assert request["data"]["action"] == "RequestPromotion"
    assert (request["data"]["model"], request["data"]["version"]) == ("loan-default", "8")
    assert loans.told() == []


def test_the_baseline_of_the_training_data_is_kept(loans, registered):
    loans.model("8", GOOD)

    loans.send(registered("8"))

    profile = loans.application.profiles.load("model/loan-default/8")
    assert profile["rows"] == 1000
    assert list(profile["columns"]) == ["income"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("auc: 0.95", "auc: 0.85"), "auc is 0.85, below the floor of 0.9."),
        (
            ("latency_ms: 40", "latency_ms: 61"),
            "latency_ms is 61, above the ceiling of 50.",
        ),
        (("owner: risk", "area: x"), "loan-default:8 lacks the required tags: owner."),
        (
            ("type: double}", "type: string}"),
            "loan-default:8 breaks callers of the serving champion loan-default:7: "
            "income changed from double to string.",
        ),
        (
            ("auc: 0.95, ", ""),
            "auc is not recorded for loan-default:8 (recorded: latency_ms); log it in the "
            "training run or set it as a tag of the version.",
        ),
    ],
)
def test_a_gate_that_does_not_pass_is_named_with_its_numbers(loans, registered, change, sentence):
    loans.model("8", GOOD.replace(*change))

    loans.send(registered("8"))

    assert loans.requests == []
    assert loans.told() == [("PostAlert", "promotion_blocked")]
    assert sentence in loans.notices[0]["data"]["alert"]["text"]


def test_a_newer_version_that_passes_closes_the_alert_of_the_older(loans, registered):
    loans.model("8", GOOD.replace("0.95", "0.5"))
    loans.send(registered("8"))
    loans.model("9", GOOD)
    loans.send(registered("9"))

    assert loans.told() == [
        ("PostAlert", "promotion_blocked"),
        ("ResolveAlert", "promotion_blocked"),
    ]


def test_a_model_without_policy_is_told_once_and_never_put_forward(scene, registered):
    scene.send(registered("1", model="unknown-model"))
    scene.send(registered("2", model="unknown-model"))

    assert scene.told() == [("PostAlert", "policy_missing")]
    assert scene.requests == []
    assert scene.last("model/unknown-model")["findings"][0]["sentence"] == (
        "No policy names the model unknown-model; add a file to the policies folder that starts "
        "with `model: unknown-model`."
    )


def test_a_version_the_workspace_does_not_have_is_an_error_that_blocks(loans, registered):
    loans.send(registered("99"))

    assert loans.last("model/loan-default")["verdict"] == "error"
    assert loans.requests == []


def test_a_version_whose_event_was_lost_is_found_by_the_reconcile_timer(loans):
    from shared.domain.event import Check

    loans.model("8", GOOD + "registered: 2026-02-03T10:00:00Z\n")
    loans.application.service.fan_out(Check.RECONCILE)
    loans.drain()
    loans.clock.advance(timedelta(minutes=15))
    loans.application.service.fan_out(Check.RECONCILE)
    loans.drain()

    assert [request["data"]["version"] for request in loans.requests] == ["8"]
    [told] = [f for f in loans.last("model/loan-default")["findings"] if f["rule"] == "promotion"]
    assert told["sentence"] == (
        "loan-default:8 is requested for production: every gate passed; it waits to be seen on "
        "loan-endpoint."
    )


def test_the_reconcile_timer_finds_nothing_new_once_a_promotion_has_ended(loans):
    from shared.domain.event import Check

    loans.policy("model: loan-default\n")
    loans.model("8", GOOD + "registered: 2026-02-03T10:00:00Z\n")
    for _ in range(2):
        loans.application.service.fan_out(Check.RECONCILE)
        loans.drain()
        loans.clock.advance(timedelta(minutes=15))

    assert len(loans.requests) == 1
    assert loans.last("model/loan-default")["findings"][0]["sentence"] == (
        "loan-default:8 is the newest version and was judged before."
    )


def test_a_model_of_which_nothing_is_registered_has_nothing_to_judge(scene):
    from shared.domain.event import Check

    scene.policy("model: unborn\n")
    scene.application.service.fan_out(Check.RECONCILE)
    scene.drain()

    decision = scene.last("model/unborn")
    assert (decision["verdict"], decision["findings"][0]["sentence"]) == (
        "pass",
        "No version of unborn is registered.",
    )


def test_a_look_at_a_model_whose_policy_went_meanwhile_tells_nobody(scene):
    from shared.domain.event import Check

    scene.policy("model: unborn\n")
    scene.application.service.fan_out(Check.RECONCILE)
    (scene.home / "policies/policy.yaml").unlink()
    scene.drain()

    assert scene.told() == []


def test_a_policy_with_a_misspelt_key_stops_its_model_and_no_other(loans, registered):
    loans.write("policies/other.yaml", "model: other\ngates: {min_acu: 0.9}\n")
    loans.model("1", GOOD, name="other")
    loans.model("8", GOOD)

    loans.send(registered("1", model="other"))
    loans.send(registered("8"))

    assert loans.last("model/other")["findings"][0]["sentence"] == (
        "other.yaml: gates.min_acu is not a known key; write min_auc."
    )
    assert [request["data"]["model"] for request in loans.requests] == ["loan-default"]


def test_training_data_with_an_unreadable_file_does_not_stop_the_gates(loans, registered):
    (loans.home / "workspace/data/train.parquet").write_bytes(b"no parquet")
    loans.model("8", GOOD)

    loans.send(registered("8"))

    [finding] = [f for f in loans.last("model/loan-default")["findings"] if f["rule"] == "baseline"]
    assert finding["verdict"] == "inconclusive"
    assert "train.parquet cannot be read as parquet" in finding["sentence"]
    assert len(loans.requests) == 1
