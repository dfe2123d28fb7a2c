"""What is over the broker's limit goes by reference, and nothing else is ever read for it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.canonical import canonical_json
from shared.domain.chain.links import read_link
from shared.errors import MalformedPayload, NotFound
from shared.ports import Message
from shared.service.messages import as_sent, by_reference, whole
from shared.service.messages.large import LONGEST_PROPERTY, MOST_BODY
from shared.service.retention.sweeping import Sweep, Sweeping
from tests.service.test_promotion_run_story import BOTH, GOOD, POLICY, Delivery


class Kept(dict):
    """Evidence by hash."""

    def get(self, name):
        if name not in self:
            raise NotFound(name)
        return self[name]


def message(size, **body):
    """A message whose body has so many bytes."""
    envelope = {"specversion": "1.0", "id": "m", "source": "driftgate/model/loan", "type": "T"}
    full = {**envelope, "subject": "model/loan", "time": "2026-02-03T12:00:00Z", **body}
    full["data"] = {"text": ""}
    full["data"] = {"text": "x" * (size - len(canonical_json(full)))}
    return Message(id="m", queue="q", session="s", body=full, properties={"model": "loan"})


def referred(size=MOST_BODY + 1, **body):
    [sent], [piece] = by_reference([message(size, **body)])
    return sent, Kept({sent.body["dataref"].removeprefix("evidence/"): piece})


def test_what_fits_goes_as_it_is_to_the_last_byte():
    fitting = message(MOST_BODY)

    assert by_reference([None, fitting]) == ([None, fitting], [])


def test_what_does_not_fit_goes_as_a_reference_and_is_read_back_whole():
    sent, kept = referred()

    assert len(canonical_json(sent)) < 1_000
    assert whole(sent.body, kept)["data"] == message(MOST_BODY + 1).body["data"]


def test_what_is_added_on_its_way_stays_and_a_later_try_is_as_small():
    sent, kept = referred()
    read = whole({**sent.body, "traceparent": "00-1", "tries": 2}, kept)

    assert (read["traceparent"], read["tries"]) == ("00-1", 2)
    assert as_sent(read) == {**sent.body, "traceparent": "00-1", "tries": 2}
    assert whole(as_sent(read), kept) == read


def test_a_property_is_cut_to_what_subscriptions_filter_by():
    long = replace(message(500), properties={"label_kpi": "k" * 5_000})
    [sent], _ = by_reference([long])

    assert sent.properties == {"label_kpi": "k" * LONGEST_PROPERTY}


def another(kept, **body):
    [_], [piece] = by_reference([message(MOST_BODY + 1, **body)])
    kept["0" * 64] = piece
    return "evidence/" + "0" * 64


@pytest.mark.parametrize(
    ("refer", "told"),
    [
        (lambda kept: another(kept, id="of another message"), "was not kept for it"),
        (lambda kept: another(kept, subject="model/fraud"), "was not kept for it"),
        (
            lambda kept: kept.update({"0" * 64: b'{"data": {}}'}) or "evidence/" + "0" * 64,
            "not kept",
        ),
        (
            lambda kept: kept.update({"0" * 64: b"[1]"}) or "evidence/" + "0" * 64,
            "was not kept for",
        ),
        (lambda kept: kept.update({"0" * 64: b"\xff"}) or "evidence/" + "0" * 64, "is no message"),
        (lambda _: "evidence/" + "1" * 64, "is not kept any more"),
        (lambda _: "evidence/../policies/loan.yaml", "is no content"),
        (lambda _: {"a": 1}, "is no content"),
    ],
)
def test_a_reference_to_what_was_not_kept_for_the_message_is_refused(refer, told):
    sent, kept = referred()

    with pytest.raises(MalformedPayload, match=told):
        whole({**sent.body, "dataref": refer(kept)}, kept)


def large_policy():
    """Parameters of a pipeline are the model owner's, as many as the policy's file may hold."""
    many = ", ".join(f"parameter_{number:03d}: {'p' * 1100}" for number in range(210))
    return POLICY.replace("pipeline: 12", f"pipeline: {{number: 12, parameters: {{{many}}}}}")


@pytest.fixture
def delivery(scene, registered):
    scene.policy(large_policy())
    (scene.home / "workspace/pipelines/12").mkdir(parents=True)
    scene.model("7", GOOD + "registered: 2026-01-01T00:00:00Z\n")
    scene.endpoint("{blue: 100}", BOTH)
    made = Delivery(scene)
    made.call(300)
    made.pass_(20)
    made.register(registered)
    made.pass_(10)
    return made


def test_a_promotion_with_more_parameters_than_a_message_holds_is_carried_out(scene, delivery):
    [request] = [one for one in scene.requests if one["type"].endswith("RequestPromotion")]
    app, digits = scene.application, request["dataref"].removeprefix("evidence/")

    assert "data" not in request
    assert len(delivery.run()["parameters"]) >= 210
    assert app.queue.dead_letters("promotion-requests") == []
    [decision] = [one for one in app.ledger.decisions("model/loan-default") if one.get("kept")]
    assert decision["kept"] == [digits]
    content = json.loads(app.evidence.get(digits))
    assert content["data"]["parameters"]["parameter_000"] == "p" * 1100


def test_what_a_message_refers_to_stays_while_its_decision_does_and_breaks_no_chain(delivery):
    app = delivery.scene.application
    [decision] = [one for one in app.ledger.decisions("model/loan-default") if one.get("kept")]
    app.evidence.put(b"nobody names it")
    sweep = Sweep(before=datetime.now(UTC) + timedelta(days=100))

    removed, _ = Sweeping(app.ledger, app.evidence, app.profiles, lambda: True).run(sweep)

    assert removed == 1
    assert app.evidence.get(decision["kept"][0])
    for kept in app.ledger.kept_decisions("model/loan-default"):
        assert read_link(kept.version, kept.text).intact
