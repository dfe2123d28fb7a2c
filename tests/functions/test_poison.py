"""What a trigger does with a message that cannot be handled, by the worker's own objects."""

import json
import logging
from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest
from azure.functions.meta import Datum
from azure.functions.servicebus import ServiceBusMessageInConverter

from functions import checks, promotion
from functions.receiving import received
from shared.errors import InvalidData, MalformedPayload, Unavailable
from shared.service.dead_letters.letters import find
from shared.service.dead_letters.poison import MOST_TRIES, Received, take
from shared.service.environment_checks import ENVIRONMENT_CHECKS
from tests.conftest import NOON, StoppedClock


def trigger(body, *, tries=1, queue_id="m-1", **more):
    """As the host hands it over: every property is metadata."""
    texts = {
        "MessageId": queue_id,
        "SessionId": "model/churn",
        "ContentType": "application/json",
        "CorrelationId": "c-1",
        "Subject": "model/churn",
        "EnqueuedTimeUtc": "2026-02-03T12:00:00Z",
        "ExpiresAtUtc": "2026-02-04T12:00:00Z",
        **more,
    }
    metadata = {name: Datum(text, "string") for name, text in texts.items()}
    metadata["DeliveryCount"] = Datum(tries, "int")
    metadata["SequenceNumber"] = Datum(42, "int")
    metadata["UserProperties"] = Datum("{}", "json")
    metadata["ApplicationProperties"] = Datum(
        json.dumps({"model": "churn", "Diagnostic-Id": "00-1"}), "json"
    )
    kind = "bytes" if isinstance(body, bytes) else "string"
    return ServiceBusMessageInConverter.decode(Datum(body, kind), trigger_metadata=metadata)


def run(builder, message):
    builder._function.get_user_function()(message)


@pytest.fixture
def app(scene, monkeypatch):
    for module in (checks, promotion):
        monkeypatch.setattr(module, "application", lambda: scene.application)
    return scene


def test_a_message_is_taken_over_with_all_that_was_sent_with_it():
    assert received(trigger('{"n": 1}', tries=3), "checks") == Received(
        queue="checks",
        id="m-1",
        number=42,
        tries=3,
        body=b'{"n": 1}',
        session="model/churn",
        properties={"model": "churn"},
        headers={
            "subject": "model/churn",
            "correlation_id": "c-1",
            "content_type": "application/json",
        },
        lives=86_400.0,
    )
    endless = trigger("{}", ExpiresAtUtc="9999-12-31T23:59:59.9999999Z")
    assert received(endless, "checks").lives is None


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[1]", b"", b'"text"', b'{"specversion": "1.0"}'])
def test_what_no_try_can_mend_is_done_after_one_and_kept_to_the_last_byte(app, body, caplog):
    run(checks.decide_event, trigger(body))

    [letter] = find(app.application.adapters).letters
    assert (letter.original, letter.reason, letter.tries) == (body, "MalformedPayload", 1)
    assert letter.message.session == "model/churn"
    assert (letter.message.properties, letter.message.lives) == ({"model": "churn"}, 86_400.0)
    [line] = [record for record in caplog.records if record.name == "driftgate.dead_letters"]
    assert line.levelno == logging.ERROR
    assert line.message.startswith("message m-1 of checks, try 1, is put aside: MalformedPayload: ")


def test_what_another_try_may_mend_comes_again_until_the_last(app, monkeypatch):
    def away(*_):
        raise Unavailable("The workspace did not answer.")

    monkeypatch.setattr(type(app.application), "promote", away)
    for number in range(1, MOST_TRIES):
        with pytest.raises(Unavailable):
            run(promotion.promotion_request, trigger("{}", tries=number))
        assert find(app.application.adapters).letters == ()

    run(promotion.promotion_request, trigger("{}", tries=MOST_TRIES))

    [letter] = find(app.application.adapters).letters
    assert (letter.reason, letter.sentence, letter.tries) == (
        "Unavailable",
        "The workspace did not answer.",
        10,
    )


def test_a_bug_is_told_by_its_place_and_not_by_its_words(app, monkeypatch, caplog):
    def buggy(_):
        raise RuntimeError("https://user:s3cret@host")

    monkeypatch.setattr(app.application.service, "handle", buggy)
    with pytest.raises(RuntimeError):
        run(checks.decide_event, trigger("{}"))
    run(checks.decide_event, trigger("{}", tries=10))

    [letter] = find(app.application.adapters).letters
    assert letter.sentence.startswith(
        "Driftgate failed to handle it: RuntimeError in test_poison.py, line "
    )
    assert "s3cret" not in caplog.text


TOKEN = {"asked": "2026-02-03T12:00:00Z", "check": {"token": "s3cret"}}


def test_a_message_with_a_token_stays_with_the_broker_and_only_why_is_kept(app):
    with pytest.raises(MalformedPayload, match="none of Driftgate's own"):
        run(promotion.environment_check, trigger(json.dumps(TOKEN)))

    [note] = app.application.adapters.notes.notes(ENVIRONMENT_CHECKS)
    assert (note.whole, note.body, note.reason) == (False, None, "MalformedPayload")
    assert "s3cret" not in repr(note)
    assert find(app.application.adapters).letters == ()


class Away:
    """Keeps nothing: the storage does not answer."""

    def keep(self, note):
        raise Unavailable(f"No answer about {note.queue}.")


def test_where_no_note_can_be_kept_the_message_goes_back_to_the_broker(app):
    def refuse(_):
        raise InvalidData("It names no model.")

    with pytest.raises(InvalidData, match="names no model"):
        take(
            received(trigger("{}"), "checks"),
            refuse,
            notes=Away(),
            telemetry=app.application.adapters.telemetry,
            later=app.application.put_off,
            now=NOON,
        )


def test_a_message_that_is_handled_leaves_no_trace(app, completed):
    app.endpoint("{blue: 100}", "{blue: {}}")
    app.application.service.receive(json.dumps(completed("blue")).encode(), via="test")
    [waiting] = app.application.queue.peek("checks")

    run(checks.decide_event, trigger(json.dumps(dict(waiting.body))))

    assert app.last("endpoint/loan-endpoint")["verdict"] == "pass"
    assert find(app.application.adapters).letters == ()


def test_a_crash_between_the_note_and_its_end_leaves_one_letter_and_the_same(scene):
    """The host completes after the function: if it dies before, the message comes once more."""
    adapters = scene.application.adapters
    clock = StoppedClock(datetime(2026, 2, 3, tzinfo=UTC))
    for again in range(2):
        clock.advance(timedelta(minutes=again))
        take(
            received(trigger("nothing", tries=again + 1), "checks"),
            scene.application.service.handle,
            notes=adapters.notes,
            telemetry=adapters.telemetry,
            later=scene.application.put_off,
            now=clock(),
        )

    [letter] = find(adapters).letters
    assert (letter.original, letter.tries) == (b"nothing", 2)


def test_the_functions_object_is_the_one_that_is_tested():
    assert isinstance(trigger("{}"), func.ServiceBusMessage)
