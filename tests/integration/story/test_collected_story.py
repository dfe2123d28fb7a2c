"""Rows in the blobs of Azure's data collector, and Driftgate's pulse, on Azure's adapters."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.workspace.scene import COLLECTED
from tests.service.collecting import envelope

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SUBJECT = "model/loan-default"
POLICY = """
model: loan-default
endpoint: loan-endpoint
training_data: train
drift: {every: 1h, window: 4h, alarm: limits}
collection: {late: 1h, silence: 2h}
"""


def blob(story, collection, hour, lines):
    """The file of an hour, with its data asset."""
    folder = f"loan-endpoint/blue/{collection}"
    name = f"modelDataCollector/{folder}/{hour:%Y/%m/%d/%H}/i1.jsonl"
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    story.workspace.blobs[name] = story.workspace.blobs.get(name, b"") + content
    story.workspace.asset(f"loan-endpoint-blue-{collection}", f"{COLLECTED}/{folder}")


def collect(story, start, hours, *, outputs=True, income=0.0, of_each=5):
    """Twelve lines an hour, each of so many rows."""
    for number in range(hours):
        hour = start + number * HOUR
        for collection in ("model_inputs", "model_outputs")[: 1 + outputs]:
            lines = []
            for n in range(12):
                row = (
                    {"income": income + (n * 7 % 12) / 12.0} if collection[6] == "i" else {"p": 0.5}
                )
                at = hour + n * 5 * MINUTE
                lines.append(envelope([row] * of_each, at, f"{hour:%H}-{n}", collection))
            blob(story, collection, hour, lines)


@pytest.fixture
def collected(story, registered):
    """A model whose training data holds incomes, served by blue with 100 requests an hour."""
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.register("loan-default", "7", {"metrics": {"auc": 0.91}})
    rows = "".join(f"{(n % 12) / 12.0}\n" for n in range(2_400))
    story.workspace.blobs["data/train/rows.csv"] = f"income\n{rows}".encode()
    story.workspace.asset("train", f"{COLLECTED.rpartition('/')[0]}/data/train")
    story.workspace.deploy(
        "loan-endpoint",
        {
            "traffic": {"blue": 100},
            "deployments": {"blue": {"model": "loan-default:7", "sampling": 100}},
        },
    )
    story.now = story.clock.now.replace(minute=0, second=0) + HOUR
    story.clock.now = story.now + 5 * MINUTE
    per_minute = {story.now - minute * MINUTE: 1.0 for minute in range(1, 24 * 60)}
    per_minute |= {story.now + minute * MINUTE: 1.0 for minute in range(24 * 60)}
    resource = f"{WORKSPACE}/onlineEndpoints/loan-endpoint".lower()
    story.metrics.requests[resource] = {"blue": per_minute}
    story.send(json.dumps(registered("7")).encode())
    return story


def look(story, check, advance=timedelta()):
    story.clock.advance(advance)
    story.application.service.fan_out(check)
    story.drain()
    return story.last(SUBJECT)


def test_inputs_outputs_and_late_blobs_are_judged_on_azures_adapters(collected):
    story = collected
    collect(story, story.now - 4 * HOUR, 3)

    first = look(story, Check.DRIFT)
    reasons = {f["thing"]: f["reason"] for f in first["findings"]}
    assert reasons["feature/income"] == "within_limit"
    assert reasons["predictions"] == "no_baseline_yet"
    joined = next(f for f in first["findings"] if f["reason"] == "joined")
    assert (joined["n"], joined["estimate"]) == (180, 1.0)

    collect(story, story.now - HOUR, 1, outputs=False, income=9.0, of_each=50)
    second = look(story, Check.DRIFT, HOUR)

    late = next(f for f in second["findings"] if f["reason"] == "late_data")
    assert "180 rows 780; the verdict was pass and is fail" in late["sentence"]
    assert [n["data"]["alert"]["kind"] for n in story.notices] == ["drift"]


def test_rows_that_stop_while_requests_go_on_are_told_on_azures_adapters(collected):
    story = collected
    collect(story, story.now - 4 * HOUR, 4)
    assert look(story, Check.COLLECTION)["verdict"] == "pass"
    story.notices.clear()

    look(story, Check.COLLECTION, 4 * HOUR)

    [notice] = story.notices
    assert notice["data"]["alert"]["kind"] == "no_inference_data"
    assert "although blue served 120 requests" in notice["data"]["alert"]["text"]


def test_the_pulse_is_read_from_the_table_and_the_archive(collected):
    story = collected
    look(story, Check.DRIFT)
    story.notices.clear()
    story.clock.advance(3 * HOUR + MINUTE)
    story.application.service.heartbeat()
    story.drain()

    [notice] = story.notices
    assert notice["data"]["alert"]["title"] == (
        "the drift check of model/loan-default has been silent for 3 h 1 min"
    )
    state = story.application.ledger.state("service/driftgate").state
    assert list(state["service"]["sources"]) == ["workspace unknown"]
