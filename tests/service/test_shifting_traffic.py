"""An order to move traffic is carried out once, and what became of it is said."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from shared.domain.action import ShiftTraffic, describe
from shared.domain.canonical import canonical_json
from shared.domain.event import EventType
from shared.domain.world import Endpoint
from shared.errors import MalformedPayload, NoPermission, Unavailable
from shared.service.promoting.traffic import shift_traffic
from tests.conftest import NOON

ORDER = ShiftTraffic(
    model="loan",
    endpoint="ep",
    order="f00d",
    traffic={"blue": 90.0, "green": 10.0},
    expected={"blue": 100.0},
    promotion="cafe",
    until=NOON + timedelta(minutes=12),
)


class Answering:
    """Traffic that answers with one endpoint or one error, and counts."""

    def __init__(self, answer):
        self.answer = answer

    def change(self, *_, **__):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def said():
    return []


@pytest.fixture
def shift(scene, said):
    """Carries an order out as its message would, on a workspace of files."""
    scene.endpoint("{blue: 100}", "{blue: {}, green: {}}", name="ep")

    def shifting(order=ORDER, now=NOON, traffic=None):
        adapters = scene.application.adapters
        if traffic is not None:
            adapters = replace(adapters, traffic=traffic)
        data = json.loads(canonical_json({**describe(order), "decision": "d", "event": "e"}))
        shift_traffic(data, adapters=adapters, say=said.append, now=now)

    return shifting


def shares(scene):
    return yaml.safe_load((scene.home / "workspace/endpoints/ep.yaml").read_text())["traffic"]


def test_what_was_done_is_said_for_the_promotion_that_asked(scene, shift, said):
    shift()

    assert shares(scene) == {"blue": 90, "green": 10}
    [event] = said
    assert (event.type, event.id) == (EventType.TRAFFIC_SHIFTED, "shifted-f00d")
    assert (event.subject, event.correlation_id) == ("model/loan", "cafe")
    assert event.data == {
        "order": "f00d",
        "endpoint": "ep",
        "traffic": {"blue": 90.0, "green": 10.0},
        "mirror": {},
    }


def test_a_message_that_comes_twice_is_one_event(scene, shift, said):
    shift()
    shift()

    assert said[0] == said[1]
    receipts = [scene.application.service.say(event, via="test") for event in said]
    assert [receipt.duplicate for receipt in receipts] == [False, True]


def test_shares_that_somebody_changed_are_told_and_left(scene, shift, said):
    scene.endpoint("{blue: 40, green: 60}", "{blue: {}, green: {}}", name="ep")
    shift()

    assert shares(scene) == {"blue": 40, "green": 60}
    [event] = said
    assert (event.type, event.id) == (EventType.TRAFFIC_SHIFT_REFUSED, "not-shifted-f00d")
    assert (event.data["reason"], event.data["traffic"]) == ("changed", {"blue": 40, "green": 60})
    assert "blue 40 %, green 60 % and not blue 100 % as expected" in event.data["sentence"]


@pytest.mark.parametrize(
    ("change", "reason", "sentence"),
    [
        ({"endpoint": "other"}, "gone", "The workspace has no online endpoint other."),
        ({"traffic": {"teal": 100.0}}, "gone", "Endpoint ep has no deployment teal."),
        ({"traffic": {"blue": 90.0}}, "refused", "sum to 90, not to 0 or 100"),
        ({"workspace": "test"}, "refused", "The settings name no workspace 'test'"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_reason(shift, said, change, reason, sentence):
    shift(replace(ORDER, **change))

    assert said[0].data["reason"] == reason
    assert sentence in said[0].data["sentence"]


def test_a_right_that_is_missing_is_a_refusal(shift, said):
    shift(traffic=Answering(NoPermission("May not change the traffic of ep.")))

    assert said[0].data["reason"] == "refused"


def test_an_order_whose_time_is_over_is_let_be(scene, shift, said):
    shift(now=NOON + timedelta(minutes=13))

    assert (said, shares(scene)) == ([], {"blue": 100})


def test_a_write_that_is_not_finished_is_left_to_the_next_look(shift, said):
    shift(traffic=Answering(Endpoint(name="ep", provisioning_state="Updating")))

    assert said == []


def test_a_world_that_does_not_answer_makes_the_message_come_again(shift, said):
    with pytest.raises(Unavailable):
        shift(traffic=Answering(Unavailable("No answer.")))

    assert said == []


def test_the_traffic_of_another_workspace_is_moved_there(scene, said):
    answering = Answering(Endpoint(name="ep", provisioning_state="Succeeded"))
    adapters = replace(scene.application.adapters, traffic_of={"test": answering})
    shift_traffic(
        describe(replace(ORDER, workspace="test")), adapters=adapters, say=said.append, now=NOON
    )

    assert said[0].type is EventType.TRAFFIC_SHIFTED


def test_an_order_that_is_none_is_malformed(scene, said):
    with pytest.raises(MalformedPayload, match="cannot be read"):
        shift_traffic(
            {"endpoint": "ep"}, adapters=scene.application.adapters, say=said.append, now=NOON
        )
