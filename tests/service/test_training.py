"""What a governor asks for is started, once, and what became of it is said."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload, NoPermission, Unavailable
from shared.service.retraining import carry_out
from shared.settings import Settings

ID = "0123456789abcdef"
WINDOW = "2026-02-01T00:00:00.000000Z/2026-02-03T00:00:00.000000Z"
REQUEST = {
    "action": "RequestRetraining",
    "model": "loan.default",
    "cause": "drift",
    "window": WINDOW,
    "features": ["income", "age"],
    "retraining": ID,
    "cost": 12.5,
}
BY_JOB = {
    **REQUEST,
    "component": "retrain:3",
    "compute": "cpu",
    "experiment": "loan",
    "inputs": {"data": "azureml:train:1", "cause": "the owner's own"},
}
BY_PIPELINE = {
    **REQUEST,
    "pipeline": "12",
    "branch": "main",
    "parameters": {"region": "west", "model": "cannot be set"},
}


def body(data, **more):
    envelope = {"id": "m1", "subject": "retraining/loan", "time": "2026-02-03T12:00:00Z"}
    return {**envelope, "data": dict(data), **more}


@pytest.fixture
def world(scene):
    (scene.home / "workspace/pipelines/12").mkdir(parents=True)
    return scene


def written(scene, folder):
    paths = sorted((scene.home / "workspace" / folder).glob("*.yaml"))
    return {path.stem: yaml.safe_load(path.read_text()) for path in paths}


def said(scene):
    return [
        Event.from_cloud_event(waiting.body)
        for waiting in scene.application.queue.peek("checks")
        if "Retraining" in waiting.body["type"]
    ]


def test_a_component_becomes_a_job_whose_tags_name_the_retraining(world):
    world.application.retrain(body(BY_JOB))

    [(name, job)] = written(world, "jobs").items()
    training = job["training"]
    assert name == "retrain-loan-default-0123456789ab"
    assert (training["component"], training["compute"]) == ("retrain:3", "cpu")
    assert training["experiment"] == "loan"
    assert training["inputs"] == BY_JOB["inputs"]
    assert training["tags"] == {
        "driftgate-retraining": ID,
        "driftgate-model": "loan.default",
        "driftgate-cause": "drift",
    }
    assert training["offers"] == {
        "model": "loan.default",
        "window": WINDOW,
        "features": "income,age",
        "retraining": ID,
    }
    [event] = said(world)
    assert (event.type, event.id) == (EventType.RETRAINING_STARTED, f"started-{ID}")
    assert (event.subject, event.source) == ("retraining/loan.default", "driftgate/retraining")
    assert event.correlation_id == ID
    assert event.data == {"retraining": ID, "job": name}


def test_a_pipeline_is_started_with_what_names_the_retraining(world):
    world.application.retrain(body(BY_PIPELINE))

    [run] = written(world, "pipelines/12").values()
    assert run["branch"] == "refs/heads/main"
    assert run["parameters"] == {
        "region": "west",
        "model": "loan.default",
        "cause": "drift",
        "window": WINDOW,
        "features": "income,age",
        "retraining": ID,
        "correlationId": ID,
    }
    [event] = said(world)
    assert event.data == {"retraining": ID, "pipeline": "12", "run": 1, "address": None}


@pytest.mark.parametrize("data", [BY_JOB, BY_PIPELINE])
def test_a_request_that_comes_twice_starts_one_training_and_says_so_once(world, data):
    world.application.retrain(body(data))
    world.clock.advance(timedelta(minutes=5))
    world.application.retrain(body(data, id="m2"))

    assert len(written(world, "jobs")) + len(written(world, "pipelines/12")) == 1
    assert len(said(world)) == 1


@pytest.mark.parametrize(
    ("data", "more", "logged"),
    [
        (REQUEST, {}, "Retraining of loan.default requested because of drift"),
        (BY_JOB, {"replayname": "again"}, "part of the replay again, not carried out"),
    ],
)
def test_what_nobody_here_trains_is_only_logged(world, caplog, data, more, logged):
    with caplog.at_level(logging.INFO, logger="driftgate.requests"):
        world.application.retrain(body(data, **more))

    assert logged in caplog.text
    assert written(world, "jobs") == {}
    assert said(world) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({**BY_PIPELINE, "pipeline": "99"}, "There is no pipeline 99"),
        ({**BY_PIPELINE, "pipeline": "a/../b"}, "is no pipeline name"),
    ],
)
def test_what_cannot_be_started_is_said_with_the_sentence_that_tells_why(world, data, sentence):
    world.application.retrain(body(data))

    [event] = said(world)
    assert (event.type, event.id) == (EventType.RETRAINING_REFUSED, f"refused-{ID}")
    assert event.data["retraining"] == ID
    assert sentence in event.data["sentence"]


def test_without_a_delivery_platform_the_refusal_says_what_to_set(world):
    adapters = replace(world.application.adapters, pipelines=None)
    told = []

    carry_out(body(BY_PIPELINE), adapters=adapters, say=told.append, now=world.clock.now)

    assert "set DRIFTGATE_DEVOPS_URL or DRIFTGATE_GITHUB_TOKEN" in told[0].data["sentence"]


class Away:
    """A workspace that starts nothing."""

    def __init__(self, problem):
        self.problem = problem

    def start(self, _):
        raise self.problem


def test_a_role_that_is_missing_is_a_refusal_and_not_tried_again(world):
    adapters = replace(world.application.adapters, jobs=Away(NoPermission("No role.")))
    told = []

    carry_out(body(BY_JOB), adapters=adapters, say=told.append, now=world.clock.now)

    assert [event.type for event in told] == [EventType.RETRAINING_REFUSED]
    assert world.application.queue.peek("retraining-requests") == []


def test_a_platform_that_does_not_answer_is_asked_again_later(world):
    adapters = replace(world.application.adapters, jobs=Away(Unavailable("Azure answered 503.")))
    told = []

    carry_out(body(BY_JOB), adapters=adapters, say=told.append, now=world.clock.now)

    [again] = world.application.queue.peek("retraining-requests")
    assert told == []
    assert again.body["tries"] == 1
    assert again.body["data"] == BY_JOB

    world.clock.advance(timedelta(minutes=1))
    world.drain()
    [request] = world.requests
    world.application.retrain(request)
    assert len(written(world, "jobs")) == 1


def test_after_a_day_of_tries_it_is_refused_and_the_message_is_kept(world):
    adapters = replace(world.application.adapters, jobs=Away(Unavailable("Azure answered 503.")))
    told = []

    with pytest.raises(Unavailable):
        carry_out(
            body(BY_JOB),
            adapters=adapters,
            say=told.append,
            now=world.clock.now + timedelta(days=2),
        )

    [event] = told
    assert event.type is EventType.RETRAINING_REFUSED
    assert event.data["sentence"].startswith("It could not be started for a day")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"action": "RequestPromotion"}, "Nobody carries out 'RequestPromotion'"),
        ({**REQUEST, "features": "income"}, "cannot be read"),
        ({"action": "RequestRetraining"}, "cannot be read"),
    ],
)
def test_what_is_no_request_of_a_retraining_is_malformed(world, data, sentence):
    with pytest.raises(MalformedPayload, match=sentence):
        world.application.retrain(body(data))


def test_what_data_is_called_reaches_a_pipeline_as_plain_bounded_text(world):
    """A column may be called anything; none of it is a command to a shell or to an agent."""
    hostile = ["$(curl evil)", "##vso[task.setvariable]x", "--force", "a\nb,c", "Größe" * 100]
    data = {**BY_PIPELINE, "features": hostile * 3, "cause": 'kpi/"; rm -rf / #' + "x" * 500}

    world.application.retrain(body(data))

    [run] = written(world, "pipelines/12").values()
    features, cause = run["parameters"]["features"], run["parameters"]["cause"]
    assert features.startswith("__curl evil_,__vso_task.setvariable_x,_-force,a_b_c,Größe")
    assert len(features) <= 1000
    assert len(cause) <= 200
    assert not set(features + cause) & set("$(){}[]#;'\"`\n\\&|<>")


def test_models_whose_names_differ_only_in_signs_have_jobs_of_their_own(world):
    for number, model in enumerate(("a.b", "a-b", "a_b" * 80)):
        world.application.retrain(
            body({**BY_JOB, "model": model, "retraining": f"{number}" * 16}, id=model)
        )

    assert [len(name) <= 128 for name in written(world, "jobs")] == [True] * 3


def test_on_the_samples_nothing_is_started(world):
    settings = Settings(home=world.home, policies=world.home / "policies")

    replace(world.application, settings=settings).retrain(body(BY_JOB))

    assert written(world, "jobs") == {}
