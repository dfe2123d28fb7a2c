"""An edited dead letter says no more than anybody may tell."""

import json

import pytest

from shared.errors import InvalidData
from shared.service.dead_letters.editing import checked, keep, with_values
from shared.service.dead_letters.letters import find
from tests.service.test_dead_letters import note

ORDER = {"id": "b", "data": {"action": "RequestPromotion", "model": "churn", "version": "7"}}
TOLD = {
    "specversion": "1.0",
    "id": "e",
    "source": "somebody",
    "type": "io.driftgate.RunCompleted",
    "subject": "model/churn",
    "data": {},
}
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
