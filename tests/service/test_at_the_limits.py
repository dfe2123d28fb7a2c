"""What lies at a limit goes through; what lies beyond is kept and told, and the next goes on."""

import json
from dataclasses import replace

import pytest

from shared.adapters.azure.service_bus_messages import MOST_BYTES
from shared.adapters.azure.service_bus_messages import check as as_service_bus
from shared.bootstrap import build
from shared.domain.canonical import canonical_json
from shared.errors import Refused
from shared.service.dead_letters.letters import find
from shared.service.intake.parsing import MOST_EVENT
from shared.service.messages import work_message
from shared.settings import Settings
from tests.conftest import Scene, StoppedClock

SENTENCE = "The state of model/huge has 2000000 characters, 990000 bytes when compressed."


class Full:
    """A ledger with no room for one subject."""

    def __init__(self, ledger):
        self._ledger = ledger

    def __getattr__(self, name):
        return getattr(self._ledger, name)

    def commit(self, **given):
        if given["subject"] == "model/huge":
            raise Refused(SENTENCE)
        self._ledger.commit(**given)


@pytest.fixture
def full(tmp_path):
    for folder in ("policies", "workspace/endpoints", "workspace/models"):
        (tmp_path / folder).mkdir(parents=True)
    clock = StoppedClock()
    settings = Settings(
        home=tmp_path, workspace=tmp_path / "workspace", policies=tmp_path / "policies"
    )
    app = build(
        settings, clock=clock, around=lambda given: replace(given, ledger=Full(given.ledger))
    )
    return Scene(home=tmp_path, clock=clock, application=app)


def test_a_decision_that_the_ledger_cannot_hold_is_put_aside_with_why_and_the_next_goes_on(
    full, registered
):
    for model in ("huge", "loan-default"):
        full.send(registered("7", model=model))

    [letter] = find(full.application.adapters).letters
    assert (letter.queue, letter.sentence) == ("checks", SENTENCE)
    assert full.application.ledger.decisions("model/huge") == []
    assert len(full.application.ledger.decisions("model/loan-default")) == 1


def sized(payload, size):
    """The event with a tag so long that it has so many bytes as it is queued."""
    from shared.service.intake import parse

    def made(length):
        payload[0]["data"]["modelTags"] = {"note": "x" * length}
        [parsed] = parse(json.dumps(payload).encode())
        return parsed

    fixed = len(canonical_json(made(1).event.to_cloud_event())) - 1
    return made(size - fixed)


def test_an_event_of_the_most_bytes_fits_a_message_and_a_larger_one_is_refused(scene, registered):
    most = sized(registered("7"), MOST_EVENT)

    message = work_message(most.event)
    as_service_bus(message)
    scene.application.adapters.sender.send([message])
    assert len(canonical_json(message.body)) == MOST_EVENT
    assert len(canonical_json(message)) < MOST_BYTES - 20_000

    beyond = sized(registered("7"), MOST_EVENT + 1_000)
    assert beyond.event is None
    assert beyond.refusal.startswith("The event has 230376 bytes, over the limit of 229376; send")
