"""What a promotion asks of the world is carried out, once, and what became of it is said."""

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import yaml

from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload, NoPermission, NotFound, Refused, Unavailable
from shared.service.promoting import carry_out

PROMOTION = "0123456789abcdef"
REQUEST = {
    "action": "RequestPromotion",
    "model": "loan-default",
    "version": "8",
    "stage": "production",
    "promotion": PROMOTION,
    "evidence_hash": "e" * 64,
    "pipeline": "12",
    "branch": "main",
    "parameters": {"region": "west", "version": "cannot be set"},
    "registry": None,
}
ROLLBACK = {
    "action": "RequestRollback",
    "model": "loan-default",
    "version": "8",
    "stage": "production",
    "promotion": PROMOTION,
    "reason": "errors rose.",
    "to": "7",
    "pipeline": "12",
}
TAG = {"action": "TagModel", "model": "loan-default", "version": "8", "tags": {"stage": "prod"}}


def body(data, **more):
    envelope = {"id": "m1", "subject": "model/loan-default", "time": "2026-02-03T12:00:00Z"}
    return {**envelope, "data": dict(data), **more}


@pytest.fixture
def world(scene):
    scene.model("8", "tags: {owner: risk}\n")
    (scene.home / "workspace/pipelines/12").mkdir(parents=True)
    return scene


def runs(scene, pipeline="12"):
    folder = scene.home / "workspace/pipelines" / pipeline
    return [yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))]


def said(scene):
    return [
        Event.from_cloud_event(waiting.body)
        for waiting in scene.application.queue.peek("checks")
        if "Promotion" in waiting.body["type"]
    ]


def test_a_pipeline_is_started_with_what_names_the_promotion(world):
    world.application.promote(body(REQUEST))

    [run] = runs(world)
    assert run["parameters"] == {
        "model": "loan-default",
        "version": "8",
        "stage": "production",
        "region": "west",
        "correlationId": PROMOTION,
    }
    assert run["branch"] == "refs/heads/main"
    [event] = said(world)
    assert (event.type, event.id) == (EventType.PROMOTION_STARTED, f"started-{PROMOTION}")
    assert (event.subject, event.source) == ("model/loan-default", "driftgate/promotion")
    assert event.correlation_id == PROMOTION
    assert event.data == {
        "promotion": PROMOTION,
        "version": "8",
        "stage": "production",
        "pipeline": "12",
        "run": 1,
        "address": None,
        "by": "driftgate",
    }


def test_a_request_that_comes_twice_starts_one_run_and_says_so_once(world):
    world.application.promote(body(REQUEST))
    world.application.promote(body(REQUEST))

    assert len(runs(world)) == 1
    assert len(said(world)) == 1


def test_a_version_is_in_the_registry_before_its_pipeline_starts(world):
    (world.home / "workspace/registries/shared").mkdir(parents=True)

    world.application.promote(body({**REQUEST, "registry": "shared"}))

    assert (world.home / "workspace/registries/shared/loan-default/8.yaml").is_file()
    assert len(runs(world)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"registry": "nowhere"}, "There is no registry 'nowhere'."),
        ({"pipeline": "99"}, "There is no pipeline 99"),
        ({"pipeline": "a/b/../c.yml"}, "is no pipeline name"),
        ({"version": "9", "registry": "nowhere"}, "The workspace has no model loan-default:9."),
    ],
)
def test_what_cannot_be_started_is_said_with_the_sentence_that_tells_why(world, change, sentence):
    world.application.promote(body({**REQUEST, **change}))

    [event] = said(world)
    assert (event.type, event.id) == (EventType.PROMOTION_REFUSED, f"refused-{PROMOTION}")
    assert event.data.keys() == {"promotion", "version", "stage", "sentence"}
    assert sentence in event.data["sentence"]
    assert runs(world) == []


def test_a_request_without_a_pipeline_is_only_logged(world, caplog):
    with caplog.at_level(logging.INFO, logger="driftgate.requests"):
        world.application.promote(body({**REQUEST, "pipeline": None}))

    assert caplog.messages == [
        "loan-default:8 passed every gate and is put forward for production."
    ]
    assert said(world) == []


def test_a_request_says_what_failed_and_does_not_block(world, caplog):
    against = "Inputs drift."
    with caplog.at_level(logging.INFO, logger="driftgate.requests"):
        world.application.promote(body({**REQUEST, "pipeline": None, "besides": [against]}))

    assert caplog.messages == [
        "loan-default:8 passed every gate that blocks and is put forward for production. "
        f"It does so although: {against}"
    ]


def test_a_request_of_before_promotions_had_names_is_known_by_its_evidence(world):
    world.application.promote(body({**REQUEST, "promotion": ""}))

    [event] = said(world)
    assert event.id == f"started-{'e' * 16}"


def test_a_rollback_by_the_same_pipeline_is_a_run_of_its_own(world):
    world.application.promote(body(REQUEST))
    world.application.promote(body(ROLLBACK))
    world.application.promote(body(ROLLBACK))

    first, second = runs(world)
    assert first["correlation"] == PROMOTION
    assert second["correlation"] == f"{PROMOTION}-rollback"
    assert second["parameters"]["to"] == "7"


def test_a_rollback_without_a_pipeline_is_only_logged(world, caplog):
    with caplog.at_level(logging.INFO, logger="driftgate.requests"):
        world.application.promote(body({**ROLLBACK, "pipeline": None}))

    assert caplog.messages == [
        "Rollback of loan-default:8 in production to version 7 requested: errors rose."
    ]


def test_a_rollback_that_cannot_be_started_is_never_silent(world):
    with pytest.raises(NotFound, match="There is no pipeline 99"):
        world.application.promote(body({**ROLLBACK, "pipeline": "99"}))


def test_tags_are_added_to_those_there_are(world):
    world.application.promote(body(TAG))
    world.application.promote(body(TAG))

    model = world.application.workspace.model("loan-default", "8")
    assert model.tags == {"owner": "risk", "stage": "prod"}


def test_tags_are_set_in_the_workspace_that_the_stage_names(world):
    world.write("workspaces/ml-production/models/loan-default/8.yaml", "tags: {owner: risk}\n")

    world.application.promote(body({**TAG, "workspace": "ml-production"}))

    there = world.application.adapters.workspaces["ml-production"].model("loan-default", "8")
    here = world.application.workspace.model("loan-default", "8")
    assert (there.tags.get("stage"), here.tags.get("stage")) == ("prod", None)


def test_a_workspace_nobody_named_is_refused_with_those_there_are(world):
    world.write("workspaces/ml-staging/models/x/1.yaml", "tags: {}\n")

    with pytest.raises(Refused, match=r"no workspace 'ml-prod' \(named are: ml-staging\)"):
        world.application.promote(body({**TAG, "workspace": "ml-prod"}))


def test_what_is_told_again_by_a_replay_is_not_carried_out(world):
    world.application.promote(body(REQUEST, replayname="last-month"))

    assert runs(world) == []
    assert said(world) == []


def test_the_samples_that_come_with_driftgate_are_not_written_to(tmp_path, monkeypatch):
    from shared.bootstrap import build
    from shared.settings import Settings

    application = build(Settings(home=tmp_path))
    monkeypatch.setattr("shared.service.promoting.carry_out", lambda *_, **__: pytest.fail("it is"))

    application.promote(body(TAG))


def test_an_action_nobody_knows_is_refused_by_its_name(world):
    with pytest.raises(MalformedPayload, match="Nobody carries out 'Destroy'"):
        world.application.promote(body({"action": "Destroy"}))


def test_a_poison_request_is_put_aside_and_the_next_is_carried_out(world):
    from shared.ports import Message

    for number, data in enumerate([{"action": "Destroy"}, REQUEST]):
        message = Message(id=str(number), queue="promotion-requests", session="s", body=body(data))
        world.application.queue.send([message])

    world.application.worker().drain()

    [put_aside] = world.application.queue.dead_letters("promotion-requests")
    assert put_aside.reason == "MalformedPayload"
    assert len(runs(world)) == 1


@dataclass
class Platform:
    """Fails in one way; remembers nothing."""

    problem: Exception
    said: list = field(default_factory=list)

    def start(self, order):  # noqa: ARG002  the port's signature
        raise self.problem


def promote(world, message, pipelines):
    said = []
    adapters = replace(world.application.adapters, pipelines=pipelines)
    carry_out(message, adapters=adapters, say=said.append, now=world.clock())
    return said


def carried_out(world, pipelines):
    return promote(world, body(REQUEST), pipelines)


def again(world):
    """What waits in the queue of promotion requests."""
    return world.application.queue.peek("promotion-requests")


def test_a_platform_that_does_not_answer_is_asked_again_later_and_ever_more_seldom(world):
    pauses, waiting = [], body(REQUEST)
    for _ in range(7):
        promote(world, waiting, Platform(Unavailable("no answer")))
        following = max(again(world), key=lambda message: message.body["tries"])
        pauses.append((following.scheduled - world.clock.now).total_seconds() / 60)
        world.clock.now = following.scheduled
        waiting = following.body

    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert {message.properties["action"] for message in again(world)} == {"RequestPromotion"}

    world.application.promote(waiting)

    assert len(runs(world)) == 1


def test_the_same_try_asked_for_twice_is_one_message(world):
    promote(world, body(REQUEST), Platform(Unavailable("no answer")))
    promote(world, body(REQUEST), Platform(Unavailable("no answer")))

    assert len(again(world)) == 1


def test_a_platform_that_is_away_for_a_day_is_given_up(world):
    world.clock.advance(timedelta(hours=23, minutes=59, seconds=30))

    with pytest.raises(Unavailable, match="no answer"):
        promote(world, body(REQUEST), Platform(Unavailable("no answer")))


def test_a_platform_that_forbids_it_is_told_as_a_refusal(world):
    [event] = carried_out(world, Platform(NoPermission("May not start pipeline 12.")))

    assert event.data["sentence"] == "May not start pipeline 12."


def test_no_platform_at_all_is_told_as_a_refusal(world):
    [event] = carried_out(world, None)

    assert "set DRIFTGATE_DEVOPS_URL or DRIFTGATE_GITHUB_TOKEN" in event.data["sentence"]


def test_traffic_is_shifted_where_that_is_written(world, monkeypatch):
    import sys
    from types import ModuleType

    asked = []
    traffic = ModuleType("shared.service.promoting.traffic")
    traffic.shift_traffic = lambda data, **_: asked.append(data["endpoint"])
    monkeypatch.setitem(sys.modules, traffic.__name__, traffic)
    shift = {"action": "ShiftTraffic", "model": "m", "endpoint": "e", "traffic": {"blue": 100}}

    world.application.promote(body(shift))

    assert asked == ["e"]
