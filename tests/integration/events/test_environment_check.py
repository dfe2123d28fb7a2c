"""An environment's check, from the call of Azure DevOps to its verdict, and what may go wrong.

The service is a stub on loopback that keeps to the protocol; the functions, the embedded queue and
the adapter that answers are the real ones, and the gates decide as they do for any promotion.

Longer than most: the service, the functions, the queue and the search for the token are one world,
which takes a hundred lines to set up and is shared by every way a check may go.
"""

import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

import azure.functions as func
import pytest

import shared.service.making as making_module
import shared.service.service as service_module
from functions import checks, promotion
from shared.adapters.azure.devops import AzureDevOps
from shared.adapters.azure.devops_checks import DevOpsChecks
from shared.bootstrap import build
from shared.errors import Refused
from shared.settings import Settings
from tests.functions.test_bodies import message, user_function
from tests.integration.loopback.devops import PROJECT, fault, serve_devops
from tests.integration.loopback.devops_environment import Environment, Stage
from tests.integration.loopback.server import Answer

CHECK = "/api/checks/environment"
QUEUE = "environment-checks"
NAMED = "model=loan-default&version=8&stage=production"
EVENTS = "/contoso/{project}/_apis/distributedtask/hubs/Build/plans/{plan}/events"
NAMES = "model: loan-default\nendpoint: loan-endpoint\n"
POLICY = NAMES + "gates: {min_auc: 0.9, required_tags: [owner]}\n"
INPUTS = "inputs: [{name: income, type: double}]\n"
GOOD = f"tags: {{owner: risk}}\nmetrics: {{auc: 0.95}}\n{INPUTS}"
BAD = GOOD.replace("0.95", "0.5")
UNKNOWN = GOOD.replace("auc: 0.95", "other: 1")


@dataclass
class World:
    """The application, the service that asks it, and the clock both go by."""

    scene: object
    environment: Environment
    devops: object
    registered: object
    known: bool = False

    def model(self, content):
        """Its file says so from now on; with the first it is registered."""
        self.scene.model("8", content)
        if not self.known:
            self.known = True
            event = json.dumps(self.registered("8")).encode()
            self.scene.application.service.receive(event, via="event-grid")
            self.work()

    def work(self):
        """Let the functions take what is due."""
        functions = {
            QUEUE: promotion.environment_check,
            "checks": checks.decide_event,
            "promotion-requests": promotion.promotion_request,
        }
        self.scene.application.worker(
            {
                queue: lambda body, function=function: user_function(function)(message(dict(body)))
                for queue, function in functions.items()
            }
        ).drain()

    def later(self, **duration):
        self.scene.clock.advance(timedelta(**duration))
        self.environment.pass_time()
        self.work()

    @property
    def waiting(self):
        return self.scene.application.queue.peek(QUEUE)

    @property
    def dead(self):
        return self.scene.application.queue.dead_letters(QUEUE)

    def decisions(self):
        made = self.scene.application.ledger.decisions("model/loan-default", limit=1000)
        return [one for one in made if one["event"]["type"].endswith("EnvironmentCheckAsked")]


def served(request):
    """The Functions host: an HTTP call becomes the function's own request."""
    called = func.HttpRequest(
        method="POST",
        url=request.path,
        headers=dict(request.headers),
        params=dict(request.query),
        body=request.body,
    )
    answer = user_function(promotion.environment_check_asked)(called)
    return Answer(status=answer.status_code, body=answer.get_body())


@pytest.fixture
def world(scene, loopback, credential, registered, monkeypatch):
    devops = serve_devops(loopback.router)
    loopback.router.add("POST", CHECK, served)
    project = f"{loopback.url}{PROJECT}"
    answers = DevOpsChecks(project, retries=0)
    pipelines = AzureDevOps(project, credential, retries=0)
    settings = Settings(
        home=scene.home, workspace=scene.home / "workspace", policies=scene.home / "policies"
    )
    scene.application = build(
        settings,
        clock=scene.clock,
        around=lambda adapters: replace(adapters, environment_checks=answers, pipelines=pipelines),
    )
    for module in (promotion, checks):
        monkeypatch.setattr(module, "application", lambda: scene.application)
    scene.policy(POLICY)
    scene.model("7", GOOD)
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    environment = Environment(
        server=loopback, clock=scene.clock, url=f"{loopback.url}{CHECK}?code=key&{NAMED}"
    )
    yield World(scene=scene, environment=environment, devops=devops, registered=registered)
    answers.close()
    pipelines.close()


def test_a_version_that_passes_every_gate_lets_its_stage_run(world):
    world.model(GOOD)

    assert world.environment.reach() == 200
    assert world.environment.last.result is None
    world.work()

    last = world.environment.last
    assert (last.started, last.result, world.environment.stage) == (
        True,
        "succeeded",
        Stage.RUNNING,
    )
    assert last.feed[0] == "Driftgate looks at loan-default:8 for production."
    assert last.feed[1].startswith("loan-default:8 may enter production: ")
    assert "pass: auc is 0.95" in last.log
    assert f"decision {world.decisions()[0]['hash']}" in last.log
    assert world.waiting == []


def test_a_version_that_fails_a_gate_fails_its_stage_and_says_which(world):
    world.model(BAD)

    world.environment.reach()
    world.work()

    last = world.environment.last
    assert (last.result, world.environment.stage) == ("failed", Stage.FAILED)
    assert last.feed[-1] == (
        "loan-default:8 may not enter production: auc is 0.5, below the floor of 0.9."
    )
    assert "fail: auc is 0.5, below the floor of 0.9.\n" in last.log


def test_what_is_not_known_yet_waits_is_told_once_and_passes_when_it_is_known(world):
    world.model(UNKNOWN)
    world.environment.reach()
    world.work()
    world.later(minutes=5)
    world.later(minutes=5)

    assert world.environment.stage is Stage.WAITING
    waiting = [line for line in world.environment.last.feed if line.startswith("waiting: ")]
    assert len(waiting) == 1
    assert "auc is not recorded for loan-default:8" in waiting[0]
    assert len(world.decisions()) == 3

    world.model(GOOD)
    world.later(minutes=5)

    assert world.environment.stage is Stage.RUNNING


def test_a_look_that_the_decision_asks_for_earlier_comes_earlier(world):
    hours = "{hours: '12:02-16:00'}"
    world.scene.policy(f"{NAMES}gates: {{min_auc: 0.9, calendar: {hours}}}\n")
    world.model(GOOD)
    world.environment.reach()
    world.work()

    world.later(minutes=1)
    assert world.environment.stage is Stage.WAITING
    world.later(minutes=1)

    assert world.environment.stage is Stage.RUNNING


def test_a_call_that_comes_twice_gets_one_decision(world):
    world.model(GOOD)
    world.environment.reach()
    world.environment.call()
    world.work()
    world.later(hours=3)
    world.environment.call()
    world.work()

    assert [status for status, _ in world.environment.answers] == [200, 200, 200]
    assert len(world.decisions()) == 1
    assert world.environment.last.refused == []


def test_a_message_that_comes_twice_finds_the_decision_it_made(world):
    world.model(GOOD)
    world.environment.reach()
    [asked] = world.waiting
    world.work()
    world.model(BAD)

    world.scene.application.check_environment(asked.body)

    assert len(world.decisions()) == 1
    assert world.environment.last.refused == ["succeeded"]


def test_an_answer_that_arrived_and_was_not_confirmed_is_given_once(world, loopback):
    """The service took the verdict and the connection broke: it is asked again, and all is well."""
    world.model(GOOD)

    def break_off(request):
        answer = guard(request)
        breaks = "TaskCompleted" in request.body.decode() and not world.environment.last.refused
        return replace(answer, hang_up=breaks)

    guard = next(h for m, p, h in reversed(loopback.router._routes) if "events" in p.pattern)
    loopback.router.add("POST", EVENTS, break_off)
    world.environment.reach()
    world.work()
    world.later(minutes=1)

    assert world.environment.last.result == "succeeded"
    assert world.environment.last.refused == ["succeeded"]
    assert (world.waiting, world.dead) == ([], [])


def test_a_conflict_is_asked_about_once_more_before_it_counts_as_an_answer(world, loopback):
    world.model(GOOD)
    loopback.router.fail_next(
        "POST", EVENTS, Answer(), fault(409, "It changed."), fault(409, "It has ended.")
    )
    world.environment.reach()
    world.work()
    assert len(world.waiting) == 1

    world.later(seconds=30)

    assert (world.waiting, world.dead) == ([], [])


def test_a_check_that_nobody_could_decide_in_time_fails_and_says_so(world):
    world.environment.url += "&timeout=2h"
    world.model(UNKNOWN)
    world.environment.reach()
    world.work()
    for _ in range(24):
        world.later(minutes=5)

    last = world.environment.last
    assert (last.result, world.environment.stage) == ("failed", Stage.FAILED)
    assert last.feed[-1].startswith(
        "loan-default:8 was not let through within 2 h: timed out. Last waiting: auc is not"
    )


def test_a_stage_says_in_its_policy_how_long_its_check_may_wait(world):
    stage = "{name: production, endpoint: loan-endpoint, answer_within: 10m}"
    world.scene.policy(f"{POLICY}stages: [{stage}]\n")
    world.model(UNKNOWN)
    world.environment.reach()
    world.work()
    world.later(minutes=5)
    assert world.environment.stage is Stage.WAITING
    world.later(minutes=5)

    assert world.environment.stage is Stage.FAILED


def test_a_stage_that_the_service_skipped_takes_no_late_answer(world, caplog):
    world.environment.timeout = timedelta(minutes=4)
    world.model(UNKNOWN)
    world.environment.reach()
    world.work()
    world.model(GOOD)
    with caplog.at_level(logging.ERROR, logger="driftgate.checks"):
        world.later(minutes=5)

    assert world.environment.stage is Stage.SKIPPED
    assert world.environment.last.refused == ["succeeded"]
    [put_aside] = world.dead
    assert "The task has ended" in put_aside.sentence
    assert "cannot be answered" in caplog.text


def test_evidence_that_changes_between_evaluations_changes_the_verdict(world):
    """With a time between evaluations no verdict is final before every check has passed."""
    world.environment.between = timedelta(minutes=10)
    world.model(GOOD)
    world.environment.reach()
    world.work()
    assert (world.environment.last.result, world.environment.stage) == (
        "succeeded",
        Stage.WAITING,
    )

    world.model(BAD)
    world.later(minutes=10)

    first, second = world.environment.evaluations
    assert (first.result, second.result) == ("succeeded", "failed")
    assert world.environment.stage is Stage.FAILED


@pytest.mark.parametrize("address", ["{url}/fabrikam/", "https://evil.example/contoso/"])
def test_a_stranger_who_asks_is_refused_and_never_given_the_token(world, loopback, address):
    world.model(GOOD)

    status = world.environment.reach(PlanUrl=address.replace("{url}", loopback.url))
    world.work()

    assert status == 400
    assert world.environment.answers[0][1].startswith("PlanUrl is ")
    assert [request.path for request in loopback.router.log] == [CHECK]
    assert world.waiting == []
    assert world.decisions() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"AuthToken": "$(system.AccessToken)"}, "The check's header AuthToken is missing"),
        ({"AuthToken": ""}, "The check's header AuthToken is missing"),
        ({"TaskInstanceId": "../x"}, "TaskInstanceId is '../x', which is no GUID"),
        ({"AuthToken": "x" * 9000}, "The check's header AuthToken is none"),
        ({"PlanUrl": "https://dev.azure.com/\xe9/"}, "The check's header PlanUrl is none"),
        ({"HubName": "nobody"}, "HubName is 'nobody'; it has to be one of"),
        ({"BuildId": "$(build.BuildId)"}, "The check's header BuildId is '$(build.BuildId)'"),
    ],
    ids=["unset", "empty", "no-guid", "long", "umlaut", "hub", "build"],
)
def test_a_header_that_cannot_be_used_is_named(world, change, sentence):
    assert world.environment.reach(**change) == 400

    assert world.environment.answers[0][1].startswith(sentence)
    assert world.waiting == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("model=loan-default", "The check names no version: add the headers BuildId"),
        ("model=../x&version=1", "The model is '../x'"),
        (f"{NAMED}&timeout=50h", "The check's timeout is '50h'; give 47h at most"),
        (f"{NAMED}&timeout=soon", "The check's timeout: 'soon' is no duration"),
    ],
)
def test_a_query_that_cannot_be_used_is_named(world, query, sentence):
    world.environment.url = f"{world.environment.url.partition('?')[0]}?{query}"

    assert world.environment.reach() == 400
    assert world.environment.answers[0][1].startswith(sentence)


def test_a_check_that_names_no_version_takes_it_from_its_run(world):
    """The variables of a pipeline are not to be had in a check, its number is."""
    world.model(GOOD)
    world.environment.url = world.environment.url.partition("?")[0]
    world.environment.more |= {"BuildId": "77", "DefinitionId": "12"}
    given = {"model": "loan-default", "version": "8", "stage": "production"}
    world.devops.pipelines[12] = [{"id": 77, "state": "inProgress", "templateParameters": given}]

    world.environment.reach()
    world.work()

    assert world.environment.stage is Stage.RUNNING
    [decision] = world.decisions()
    told = decision["event"]["data"]
    assert (told["version"], told["stage"], told["run"]) == ("8", "production", 77)


@pytest.fixture
def piped(world):
    """A stage with a pipeline and an approval; Driftgate has started its run, which is 100."""
    stage = "{name: production, endpoint: loan-endpoint, pipeline: 12, approvals: 1}"
    world.scene.policy(f"{POLICY}stages: [{stage}]\n")
    world.devops.pipelines[12] = []
    world.devops.timelines[100] = []
    world.model(GOOD)
    world.environment.url = world.environment.url.partition("?")[0]
    world.environment.more |= {"BuildId": "100", "DefinitionId": "12"}
    return world


def approve(world, who):
    world.devops.timelines[100] = [{"id": "a1", "type": "Checkpoint.Approval"}]
    step = {
        "assignedApprover": {"displayName": "team", "id": "1"},
        "actualApprover": {"uniqueName": who},
        "status": "approved",
        "lastModifiedOn": world.scene.clock.now.isoformat(),
    }
    world.devops.approvals["a1"] = {"id": "a1", "status": "approved", "steps": [step]}


def test_the_run_that_driftgate_started_goes_live_with_its_gates_and_its_approval(piped):
    [run] = piped.devops.pipelines[12]
    assert run["templateParameters"]["version"] == "8"
    piped.environment.reach()
    piped.work()
    assert piped.environment.stage is Stage.WAITING
    assert "approv" in piped.environment.last.feed[-1]

    approve(piped, "ada@contoso.com")
    piped.later(minutes=5)

    assert piped.environment.stage is Stage.RUNNING


def test_who_started_the_run_cannot_approve_it(piped):
    approve(piped, "driftgate@contoso.com")
    piped.environment.reach()
    piped.work()

    assert piped.environment.stage is Stage.WAITING


def test_another_run_of_the_same_version_is_not_let_through(piped):
    approve(piped, "ada@contoso.com")
    given = piped.devops.pipelines[12][0]["templateParameters"]
    other = {"id": 101, "state": "inProgress", "templateParameters": given}
    piped.devops.pipelines[12].append(other)
    piped.environment.more["BuildId"] = "101"

    piped.environment.reach()
    piped.work()

    assert piped.environment.stage is Stage.FAILED
    assert "run 101 is not the run of this promotion" in piped.environment.last.log


def test_a_run_that_tells_no_version_fails_its_check(world):
    world.environment.url = world.environment.url.partition("?")[0]
    world.environment.more |= {"BuildId": "77", "DefinitionId": "12"}
    world.devops.pipelines[12] = [{"id": 77, "state": "inProgress"}]

    world.environment.reach()
    world.work()

    assert world.environment.last.result == "failed"
    assert world.environment.last.feed[-1].startswith(
        "Driftgate cannot tell which version is meant: The run's parameter model is 'None'"
    )


def test_a_run_that_cannot_be_looked_up_fails_its_check(world):
    world.environment.url = world.environment.url.partition("?")[0]
    world.environment.more |= {"BuildId": "77", "DefinitionId": "12"}
    application = world.scene.application
    world.scene.application = replace(
        application, adapters=replace(application.adapters, pipelines=None)
    )

    world.environment.reach()
    world.work()

    assert world.environment.last.feed[-1].endswith("names neither a version nor its run.")


def test_without_azure_devops_no_check_is_taken_in_or_looked_at(world):
    world.model(GOOD)
    world.environment.reach()
    [waiting] = world.waiting
    application = world.scene.application
    world.scene.application = replace(
        application, adapters=replace(application.adapters, environment_checks=None)
    )

    assert world.environment.call() == 400
    assert "set DRIFTGATE_DEVOPS_URL" in world.environment.answers[-1][1]
    with pytest.raises(Refused, match="set DRIFTGATE_DEVOPS_URL"):
        world.scene.application.check_environment(waiting.body)


@pytest.mark.parametrize("policy", ["model: other\n", "model: loan-default\ngates: 7\n"])
def test_a_model_without_a_policy_that_can_be_read_waits_a_day_and_fails(
    world, monkeypatch, policy
):
    from shared.service.reactions.record import REACTION

    monkeypatch.setattr(making_module, "reaction_to", lambda _: REACTION)
    world.scene.policy(policy)
    world.environment.timeout = timedelta(days=2)
    world.environment.reach()
    world.work()
    world.later(hours=23)
    assert world.environment.stage is Stage.WAITING
    world.later(hours=1)

    assert world.environment.stage is Stage.FAILED


def test_a_decision_that_is_not_to_be_read_yet_is_asked_for_again(world, monkeypatch):
    world.model(GOOD)
    world.environment.reach()
    monkeypatch.setattr(service_module.Service, "handle", lambda *_: None)
    world.work()

    assert world.environment.stage is Stage.WAITING
    assert [message.id[-4:] for message in world.waiting] == ["-0-1"]


def test_an_event_that_nothing_judges_lets_nobody_pass(world, monkeypatch):
    from shared.service.reactions.record import REACTION

    monkeypatch.setattr(making_module, "reaction_to", lambda _: REACTION)
    world.environment.reach()
    world.work()

    assert world.environment.stage is Stage.WAITING
    assert world.environment.last.feed[-1] == "waiting: nothing has judged it yet."


def test_a_service_that_asks_for_patience_is_answered_later(world, loopback):
    world.model(GOOD)
    loopback.router.fail_next("POST", EVENTS, Answer(), fault(429, "Later."))
    world.environment.reach()
    world.work()
    assert world.environment.last.result is None
    [again] = world.waiting
    assert again.id.endswith("-0-1")

    world.later(seconds=30)

    assert world.environment.stage is Stage.RUNNING
    assert len(world.decisions()) == 1


def test_a_pass_that_could_not_be_given_for_long_is_decided_anew(world, loopback):
    """The service was out for an hour, and the version is worse by now."""
    world.model(GOOD)
    loopback.router.fail_next("POST", EVENTS, Answer(), *(fault(503, "Busy.") for _ in range(6)))
    world.environment.reach()
    world.work()
    world.model(BAD)
    for _ in range(12):
        world.later(minutes=5)

    assert world.environment.last.result == "failed"
    assert [one["verdict"] for one in world.decisions()] == ["fail", "pass"]
    assert (world.waiting, world.dead) == ([], [])


def test_a_service_that_never_answers_ends_among_the_dead_letters(world, loopback):
    world.environment.url += "&timeout=10m"
    loopback.router.fail_next("POST", EVENTS, *(fault(503, "Busy.") for _ in range(40)))
    world.environment.reach()
    world.work()
    for _ in range(20):
        world.later(minutes=2)

    [put_aside] = world.dead
    assert put_aside.reason == "MaxDeliveryCountExceeded"
    assert "Azure answered 503" in put_aside.sentence


def test_a_token_that_ran_out_is_told_and_put_aside(world, caplog):
    world.environment.url += "&timeout=47h"
    world.model(UNKNOWN)
    world.environment.reach()
    world.work()
    [waiting] = world.waiting
    world.scene.clock.advance(timedelta(hours=48))
    world.work()
    assert world.waiting == []

    with (
        pytest.raises(Exception, match=r"still valid \(48 hours\)"),
        caplog.at_level(logging.ERROR, logger="driftgate.checks"),
    ):
        world.scene.application.check_environment(waiting.body)
    assert "needs a job token that is still valid" in caplog.text


def test_a_message_that_nobody_of_ours_wrote_is_put_aside_unshown(world):
    from shared.ports import Message

    body = {"check": {"token": "abc"}, "model": "x"}
    world.scene.application.queue.send([Message(id="1", queue=QUEUE, session="s", body=body)])
    world.work()

    assert world.waiting == []
    assert "abc" not in world.dead[0].sentence


def test_the_token_is_in_the_queue_and_nowhere_else(world, caplog):
    world.model(UNKNOWN)
    with caplog.at_level(logging.DEBUG):
        world.environment.reach()
        [waiting] = world.waiting
        world.work()
        world.model(GOOD)
        world.later(minutes=5)
    token = world.environment.last.token

    assert world.environment.stage is Stage.RUNNING
    assert waiting.body["check"]["token"] == token
    assert token not in repr(waiting)
    kept = [path for path in world.scene.home.rglob("*") if path.is_file()]
    assert len(kept) > 5
    for path in kept:
        if not path.name.startswith("queues.db"):
            assert token.encode() not in path.read_bytes(), path
    assert token not in caplog.text
    assert token not in str(world.decisions())
