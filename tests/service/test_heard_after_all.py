"""What a process kept of an outcome before it died is decided, though its order is let be now."""

import json
from datetime import timedelta

import pytest

from shared.domain.action import ShiftTraffic, describe
from shared.domain.canonical import canonical_json
from shared.domain.event import Event, EventType
from shared.ports import ArchivedEvent
from shared.service.heard import say_what_was_kept
from shared.service.promoting.traffic import SOURCE, shift_traffic
from tests.conftest import NOON

SHIFTED = Event(
    id="shifted-f00d",
    source=SOURCE,
    type=EventType.TRAFFIC_SHIFTED,
    subject="model/loan",
    time=NOON,
    data={"order": "f00d", "endpoint": "ep", "traffic": {"blue": 100.0}, "mirror": {}},
)
ORDER = ShiftTraffic(
    model="loan",
    endpoint="ep",
    order="f00d",
    traffic={"blue": 100.0},
    expected={"blue": 100.0},
    promotion="cafe",
    until=NOON,
)


@pytest.fixture
def kept(scene):
    """The event is in the archive, and in no queue."""
    scene.application.archive.put(
        ArchivedEvent(
            key=SHIFTED.key,
            received=NOON,
            via="promotion",
            body=canonical_json(SHIFTED.to_cloud_event()),
            event=SHIFTED.to_cloud_event(),
        )
    )
    return scene


def test_an_outcome_that_was_kept_is_decided_when_its_order_comes_again_too_late(kept):
    """Its message comes again, since the process that did it died before it was done with it."""
    application = kept.application
    data = json.loads(canonical_json({**describe(ORDER), "decision": "d", "event": "e"}))

    for _ in range(2):
        shift_traffic(
            data,
            adapters=application.adapters,
            say=lambda event: application.service.say(event, via="promotion"),
            now=NOON + timedelta(hours=1),
        )
    kept.drain()

    [decision] = application.ledger.decisions("model/loan")
    assert decision["event"]["id"] == "shifted-f00d"


def test_what_was_never_kept_is_not_said(scene):
    said = []

    told = say_what_was_kept(scene.application.archive, SOURCE, ["shifted-f00d"], said.append)

    assert (told, said) == ([], [])
