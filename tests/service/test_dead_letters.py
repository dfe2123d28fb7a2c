"""What was put aside: found wherever it lies, mended, sent again once, or thrown away."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import format_time
from shared.errors import InvalidData, NotFound, Refused, Unavailable
from shared.ports import Message, Note
from shared.service.dead_letters.editing import keep, with_values
from shared.service.dead_letters.letters import Place, find, named
from shared.service.dead_letters.removing import purge
from shared.service.dead_letters.resending import message_again, plan, resend
from shared.service.dead_letters.selecting import Wanted, select
from shared.service.dead_letters.showing import listed, shown
from tests.conftest import EVENTS, NOON

WHO = {"author": "berta", "reason": "mended", "via": "test"}


def letter_of(app, message, reason="Unavailable"):
    """Put a message aside as a worker does."""
    app.queue.send([message])
    delivery = app.queue.receive(message.queue)
    app.queue.dead_letter(delivery, reason, "The workspace did not answer.")


def again(scene, letters, **changes):
    app = scene.application
    return list(
        resend(
            letters,
            service=app.service,
            adapters=changes.pop("adapters", app.adapters),
            now=scene.clock(),
            **{**WHO, **changes},
        )
    )


def test_a_letter_is_sent_again_and_decided_and_the_audit_says_by_whom_and_why(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {}}")
    app = scene.application
    app.service.receive(json.dumps(completed("green")).encode(), via="test")
    app.queue.dead_letter(app.queue.receive("checks"), "Unavailable", "No answer.")
    [letter] = find(scene.application.adapters).letters

    [one] = again(scene, [letter])
    scene.drain()

    assert (one.outcome, find(scene.application.adapters).letters) == ("sent", ())
    assert len(scene.application.ledger.decisions("endpoint/loan-endpoint")) == 1
    audit = scene.last("deadletters/checks")["event"]
    assert audit["type"] == "io.driftgate.DeadLettersResubmitted"
    assert (audit["data"]["author"], audit["data"]["reason"]) == ("berta", "mended")
    [told] = audit["data"]["letters"]
    assert (told["id"], told["sent_as"], told["diff"]) == (letter.id, one.sent_as, None)


def test_all_but_the_id_is_as_it_was(scene):
    sent = Message(
        id="m-1",
        queue="promotion-requests",
        session="model/churn",
        body={"id": "b-1", "data": {}},
        properties={"action": "TagModel"},
        headers={"correlation_id": "other"},
        lives=600.0,
        scheduled=NOON,
    )
    letter_of(scene.application, sent)
    [letter] = find(scene.application.adapters).letters

    made = message_again(letter, scene.clock())

    assert made == replace(sent, id=made.id, scheduled=None)
    assert made.id != "m-1"
    assert made == message_again(letter, scene.clock() + timedelta(days=1)), "the same id each time"
    other = replace(letter, number=letter.number + 1)
    assert message_again(other, scene.clock()).id != made.id


def test_of_a_subscription_the_message_goes_to_the_topic(scene):
    notice = {"what": "notice", "channel": "teams"}
    scene.application.queue.send(
        [Message(id="n", queue="alerts", session="g", body={"id": "n"}, properties=notice)]
    )
    delivery = scene.application.queue.receive("alerts/teams")
    scene.application.queue.dead_letter(delivery, "Refused", "No.")
    [letter] = find(scene.application.adapters).letters

    again(scene, [letter])

    [waiting] = scene.application.queue.peek("alerts/teams")
    assert (waiting.body, waiting.properties) == ({"id": "n"}, notice)
    assert scene.application.queue.peek("alerts") == []


def test_what_would_be_sent_is_said_and_nothing_done(scene):
    letter_of(scene.application, Message(id="m", queue="checks", session="s", body={"id": "x"}))
    [letter] = find(scene.application.adapters).letters

    [one] = plan([letter], scene.clock(), scene.application.ledger)

    assert (one.outcome, one.sent_as) == ("would be sent", message_again(letter, NOON).id)
    assert find(scene.application.adapters).letters == (letter,)
    assert scene.application.queue.peek("checks") == []


def test_a_body_that_nobody_can_read_is_refused_and_stays_until_it_is_edited(scene):
    app = scene.application
    app.adapters.notes.keep(note(body=b"\xff{"))
    [letter] = find(app.adapters).letters

    [refused] = again(scene, [letter])

    assert refused.outcome == "refused"
    assert refused.sentence.startswith(f"The body of {letter.id} is no JSON object")
    assert scene.application.archive.list() == [], "nothing was done, and nothing recorded"
    keep(letter, b'{"id": "b"}', app.adapters, scene.clock())
    [edited] = find(app.adapters).letters
    assert (edited.original, edited.content) == (b"\xff{", b'{"id": "b"}')
    assert [one.outcome for one in again(scene, [edited])] == ["sent"]
    assert find(app.adapters).letters == ()


def note(**fields):
    return Note(
        **{
            "queue": "promotion-requests",
            "message_id": "m-1",
            "number": 7,
            "at": NOON,
            "reason": "NotFound",
            "sentence": "There is no pipeline 12.",
            "tries": 1,
            "whole": True,
            "session": "model/churn",
            "body": b'{"id": "b-1", "subject": "model/churn", "data": {"version": "7"}}',
            **fields,
        }
    )


def test_values_are_set_by_their_paths_and_the_diff_shows_what_changed(scene):
    app = scene.application
    app.adapters.notes.keep(note(body=b'{"id": "b", "data": {"pipeline": "7", "of": [1, 2]}}'))
    [letter] = find(app.adapters).letters

    content = with_values(letter, ["data.pipeline=8", "data.of.1=two", 'data.new={"a": 1}'])
    keep(letter, content, app.adapters, scene.clock())

    [edited] = find(app.adapters).letters
    assert json.loads(edited.content)["data"] == {"pipeline": 8, "of": [1, "two"], "new": {"a": 1}}
    assert '-    "pipeline": "7"' in shown(edited)["diff"]
    assert '+    "pipeline": 8' in shown(edited)["diff"]
    [one] = again(scene, [edited])
    scene.drain()
    [told] = scene.last("deadletters/promotion-requests")["event"]["data"]["letters"]
    assert len(told["diff"]) == 64
    assert scene.requests[0]["data"]["pipeline"] == 8
    assert one.letter.edited is not None


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("version", "sets nothing; write path=value"),
        ("data.there.x=1", "there is no 'there'"),
        ("data.version.x=1", "'x' is no place"),
        ("data.of.9=1", "'9' is no place"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_by_its_step(scene, setting, sentence):
    scene.application.adapters.notes.keep(note(body=b'{"data": {"version": "7", "of": [1]}}'))
    [letter] = find(scene.application.adapters).letters

    with pytest.raises(InvalidData, match=sentence):
        with_values(letter, [setting])


def test_the_note_says_why_where_the_broker_only_counted(scene):
    app = scene.application
    app.adapters.notes.keep(note(whole=False, body=None, tries=10))
    letter_of(
        app,
        Message(id="m-1", queue="promotion-requests", session="s", body={"id": "b"}),
        reason="MaxDeliveryCountExceeded",
    )

    [letter] = find(app.adapters).letters

    assert letter.place is Place.BROKER
    assert (letter.reason, letter.sentence) == ("NotFound", "There is no pipeline 12.")
    again(scene, [letter])
    assert app.adapters.notes.notes("promotion-requests") == []


def waiting_check(asked, queue="environment-checks"):
    body = {
        "model": "churn",
        "asked": format_time(asked),
        "told": "waiting",
        "check": {"token": "s3cret"},
    }
    return Message(id="c", queue=queue, session="t", body=body, lives=60.0)


def test_a_message_with_a_token_is_shown_without_and_not_edited(scene):
    letter_of(scene.application, waiting_check(NOON))
    [letter] = find(scene.application.adapters).letters

    assert "s3cret" not in json.dumps([listed(letter), shown(letter)])
    assert shown(letter)["message"] == {
        "model": "churn",
        "asked": format_time(NOON),
        "withheld": ["check", "told"],
    }
    with pytest.raises(InvalidData, match="hold the token of a job"):
        keep(letter, b"{}", scene.application.adapters, NOON)
    assert select([letter], Wanted(where="message.check.token")) == []


def test_a_message_with_a_token_is_sent_again_for_as_long_as_it_is_good(scene):
    letter_of(scene.application, waiting_check(NOON))
    [letter] = find(scene.application.adapters).letters

    assert message_again(letter, NOON + timedelta(hours=47)).lives == 3600.0
    with pytest.raises(Refused, match="token has run out"):
        message_again(letter, NOON + timedelta(hours=48))
    scene.clock.advance(timedelta(hours=1))
    again(scene, [letter])
    [waiting] = scene.application.queue.peek("environment-checks")
    assert (waiting.lives, waiting.body["check"]) == (47 * 3600.0, {"token": "s3cret"})
    scene.drain_checks = scene.application.worker({"environment-checks": lambda _: None}).drain()
    assert "s3cret" not in json.dumps(scene.last("deadletters/environment-checks"))


def test_an_event_that_event_grid_gave_up_takes_the_way_of_any_other_and_is_kept_once(
    scene, completed
):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {}}")
    [envelope] = completed("green")
    dead = {**envelope, "deadLetterReason": "MaxDeliveryAttemptsExceeded", "deliveryAttempts": 30}
    scene.write("dead-events/SUB/2026/2/3/9/a.json", json.dumps([dead]))
    scene.write("dead-events/SUB/2026/2/3/9/b.json", json.dumps([dead]))
    letters = find(scene.application.adapters).letters

    outcomes = [one.outcome for one in again(scene, letters)]
    scene.drain()

    assert outcomes == ["sent", "sent"]
    kept = [one for one in scene.application.archive.list() if one.via == "event-grid-dead-letters"]
    assert len(kept) == 1
    assert len(scene.application.ledger.decisions("endpoint/loan-endpoint")) == 1
    assert find(scene.application.adapters).letters == ()


def test_a_dead_event_that_is_refused_stays_with_the_sentence(scene):
    name = "eventgrid_dead_letter.eventgrid.json"
    entry = json.loads((EVENTS / name).read_bytes())
    scene.write("dead-events/SUB/a.json", json.dumps(entry if isinstance(entry, list) else [entry]))
    letters = find(scene.application.adapters).letters

    [one] = again(scene, letters)

    assert (one.outcome, one.sentence) == (
        "refused",
        "Nothing reacts to events of type Microsoft.Storage.BlobCreated.",
    )
    assert find(scene.application.adapters).letters == letters


def test_a_place_that_cannot_be_read_hides_no_other(scene):
    app = scene.application
    app.adapters.notes.keep(note())

    class Away:
        def dead_letters(self, queue, _):
            raise (NotFound if queue == "alerts" else Unavailable)(f"No answer about {queue}.")

    found = find(replace(app.adapters, dead_letters=Away()), ("alerts", "checks", "event-grid"))

    assert (found.letters, found.problems) == ((), ("checks: No answer about checks.",))


def test_letters_are_meant_by_what_is_known_of_them(scene):
    app = scene.application
    app.adapters.notes.keep(note())
    app.adapters.notes.keep(
        note(
            message_id="m-2",
            at=NOON + timedelta(hours=2),
            reason="Unavailable",
            body=b'{"type": "io.driftgate.CheckDue", "subject": "endpoint/e", "n": 5}',
        )
    )
    letters = find(app.adapters).letters

    def meant(**fields):
        return [letter.message.id for letter in select(letters, Wanted(**fields))]

    assert meant() == ["m-1", "m-2"]
    assert meant(queue="promotion-requests", reason="Not*") == ["m-1"]
    assert meant(since=NOON + timedelta(hours=1)) == ["m-2"]
    assert meant(until=NOON + timedelta(hours=2)) == ["m-1"]
    assert meant(subject="endpoint/*", type="CheckDue") == ["m-2"]
    assert meant(where="message.data.version == '7'") == ["m-1"]
    assert meant(where="letter.tries > `0` && contains(message.subject, 'point')") == ["m-2"]
    assert meant(where="length(message.n) > `1`") == [], "what cannot be asked is not meant"
    with pytest.raises(InvalidData, match="where is no JMESPath"):
        meant(where="message.[")
    with pytest.raises(InvalidData, match="queue is 'nowhere'; there are: alerts, "):
        Wanted(queue="nowhere").sources  # noqa: B018  it is a property that refuses


def test_ids_may_be_begun_where_they_are_clear(scene):
    app = scene.application
    app.adapters.notes.keep(note())
    found = find(app.adapters)
    [letter] = found.letters

    assert named(found, [letter.id[:4], letter.id]) == [letter]
    with pytest.raises(NotFound, match=r"There is no dead letter zzzz; list them"):
        named(found, ["zzzz"])
    with pytest.raises(NotFound, match="There is no dead letter"):
        named(found, [letter.id[:3]])


def test_what_is_thrown_away_is_recorded_before_it_is_gone(scene):
    app = scene.application
    app.adapters.notes.keep(note())
    letter_of(app, Message(id="m", queue="checks", session="s", body={"id": "x"}))
    letters = find(app.adapters).letters

    count = purge(letters, service=app.service, adapters=app.adapters, now=NOON, **WHO)
    scene.drain()

    assert (count, find(app.adapters).letters) == (2, ())
    audit = scene.last("deadletters/promotion-requests")["event"]
    assert audit["type"] == "io.driftgate.DeadLettersPurged"
    assert [one["message_id"] for one in audit["data"]["letters"]] == ["m-1"]


def test_nothing_is_thrown_away_that_cannot_be_recorded(scene):
    app = scene.application
    app.adapters.notes.keep(note())
    letters = find(app.adapters).letters

    with pytest.raises(InvalidData, match="reason is empty"):
        purge(
            letters,
            service=app.service,
            adapters=app.adapters,
            now=NOON,
            **{**WHO, "reason": " "},
        )

    assert find(app.adapters).letters == letters
