"""An edited dead letter says no more than anybody may tell."""

import json
from datetime import timedelta

import pytest

from shared.errors import InvalidData
from shared.ports import Message
from shared.service.dead_letters.editing import checked, keep, with_values
from shared.service.dead_letters.letters import find
from shared.service.dead_letters.resending import plan
from tests.conftest import NOON
from tests.service.test_dead_letters import letter_of, note

ORDER = {"id": "b", "data": {"action": "RequestPromotion", "model": "churn", "version": "7"}}
TOLD = {
    "specversion": "1.0",
    "id": "e",
    "source": "somebody",
    "type": "io.driftgate.RunCompleted",
    "subject": "model/churn",
    "data": {},
}
NOTICE = {"id": "n", "data": {"notice": {"receiver": "log"}}}
MARKED = {**TOLD, "replayname": "lost"}


def letter_with(scene, body, queue="checks"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    scene.application.adapters.notes.keep(note(queue=queue, body=content))
    [letter] = find(scene.application.adapters).letters
    return letter


@pytest.mark.parametrize(
    ("queue", "body", "setting", "sentence"),
    [
        ("checks", TOLD, "type=io.driftgate.OverrideGiven", "OverrideGiven is made by Driftgate"),
        ("checks", TOLD, "type=SubjectErased", "SubjectErased is made by Driftgate alone"),
        ("checks", TOLD, "source=Driftgate/model", "source is Driftgate's own"),
        ("checks", TOLD, "replayapplied=true", "replayapplied is the mark of a replay"),
        ("checks", MARKED, "replayname=other", "replayname is the mark of a replay"),
        (
            "checks",
            {**TOLD, "type": "io.driftgate.AlertAcknowledged"},
            "data.author=x",
            "AlertAcknowledged is made by Driftgate alone",
        ),
        ("undelivered", NOTICE, "data.notice.receiver=pager", "A notice is made by Driftgate"),
        ("promotion-requests", ORDER, "data.version=8", "data.version was decided"),
        ("promotion-requests", ORDER, "data.stage=production", "data.stage was decided"),
        ("retraining-requests", ORDER, "data.model=other", "data.model was decided"),
    ],
)
def test_an_edit_makes_nothing_that_is_driftgates_to_say(scene, queue, body, setting, sentence):
    letter = letter_with(scene, body, queue)

    with pytest.raises(InvalidData, match=sentence):
        keep(letter, with_values(letter, [setting]), scene.application.adapters, scene.clock())

    assert find(scene.application.adapters).letters == (letter,)


@pytest.mark.parametrize("queue", ["promotion-requests", "retraining-requests"])
def test_out_of_bytes_that_nobody_can_read_no_order_is_made(scene, queue):
    letter = letter_with(scene, b"\xff", queue)

    with pytest.raises(InvalidData, match="was decided"):
        checked(letter, json.dumps(ORDER).encode())


@pytest.mark.parametrize(
    ("queue", "body", "setting"),
    [
        ("checks", TOLD, "id=another"),
        ("checks", MARKED, "data.run=r-2"),
        ("promotion-requests", ORDER, "data.pipeline=12"),
    ],
)
def test_what_anybody_may_tell_is_mended(scene, queue, body, setting):
    letter = letter_with(scene, body, queue)

    keep(letter, with_values(letter, [setting]), scene.application.adapters, scene.clock())

    [edited] = find(scene.application.adapters).letters
    assert edited.edited is not None


def twice(scene):
    """Two messages of one id and queue, put aside one after the other."""
    for run in ("r-1", "r-2"):
        body = {**TOLD, "data": {"run": run}}
        letter_of(scene.application, Message(id="m", queue="checks", session="s", body=body))
        scene.clock.advance(timedelta(days=8))
    return find(scene.application.adapters).letters


def test_the_edit_of_one_message_is_none_of_another_of_the_same_id(scene):
    first, second = twice(scene)

    keep(first, with_values(first, ["data.run=r-9"]), scene.application.adapters, scene.clock())

    edited, other = find(scene.application.adapters).letters
    assert (json.loads(edited.content)["data"], other.edited) == ({"run": "r-9"}, None)
    assert edited.at == first.at, "when it was put aside, not when it was edited"
    assert other.content == second.original


def test_an_edit_is_sent_however_many_notes_there_are(scene):
    """Else what somebody mended would go out as it was."""
    app = scene.application
    letter, _ = twice(scene)
    keep(letter, with_values(letter, ["data.run=r-9"]), app.adapters, scene.clock())
    for number in range(3):
        app.adapters.notes.keep(note(queue="checks", message_id=f"n-{number}", at=NOON))

    found = find(app.adapters, ("checks",), limit=2)

    [edited] = [one for one in found.letters if one.id == letter.id]
    assert json.loads(edited.content)["data"] == {"run": "r-9"}
    assert plan([edited], scene.clock(), scene.application.ledger)[0].outcome == "would be sent"
