"""An endpoint is read with its answers, its memory, and a sentence for what may not be read."""

from datetime import timedelta

import pytest

from shared.domain.decisions.gates import Case, Moment
from shared.domain.decisions.gates.deployment import judge_deployment
from shared.domain.decisions.gates.errors import judge_errors
from shared.domain.decisions.gates.latency import judge_latency
from shared.domain.decisions.gates.rollback import judge_rollback
from shared.domain.decisions.gates.routing import judge_routing
from shared.domain.event import Check
from shared.domain.evidence import PromotionEvidence
from shared.domain.policy import Gates, Policy
from shared.domain.policy.gates import ErrorsGate, LatencyGate
from shared.domain.verdict import Verdict
from shared.errors import NoPermission, NotFound, Unavailable
from shared.service.readings.endpoint import answers_since, read_endpoint

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MODEL = "inputs: [{name: income, type: double}]\n"
TWO = (
    '{blue: {model: "loan-default:7", instances: 3, changed: "2026-01-01T00:00:00Z"}, '
    'green: {model: "loan-default:8", changed: "2026-02-01T12:00:00Z"}, '
    'other: {model: "churn:1"}}'
)


class Hindered:
    """A workspace of which some questions are not answered."""

    def __init__(self, workspace, **faults):
        self._workspace, self._faults = workspace, faults

    def __getattr__(self, name):
        if name in self._faults:

            def raises(*_, **__):
                raise self._faults[name]

            return raises
        return getattr(self._workspace, name)


@pytest.fixture
def loans(scene):
    """Blue serves most, green tries a new version out, and requests are logged."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.model("7", MODEL)
    scene.model("8", MODEL)
    scene.endpoint("{blue: 90, green: 10}", TWO)
    return scene


def call(scene, *answers):
    """Requests by (minutes ago, deployment, how many, status)."""
    lines = ["time,deployment,status,duration_ms"]
    for ago, deployment, count, status in answers:
        at = (scene.clock.now - ago * MINUTE).isoformat()
        lines += [f"{at},{deployment},{status},20"] * count
    scene.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")


def read(scene, workspace=None, *, since=HOUR, models=("loan-default",), slow_ms=None):
    return read_endpoint(
        "loan-endpoint",
        workspace or scene.application.workspace,
        scene.application.ledger,
        scene.clock.now,
        since=scene.clock.now - since,
        slow_ms=slow_ms,
        models=models,
    )


def look(scene, *checks):
    for check in checks:
        scene.application.service.fan_out(check)
    scene.drain()


def test_an_endpoint_is_read_with_its_answers_and_the_versions_it_carries(loans):
    call(loans, (30, "blue", 90, 200), (30, "green", 10, 500), (70, "green", 50, 500))

    reading = read(loans, slow_ms=10.0)

    assert reading.problem is None
    assert not reading.gone
    assert reading.endpoint.traffic == {"blue": 90.0, "green": 10.0}
    assert reading.taken == loans.clock.now
    assert reading.health_since == reading.requests_since == loans.clock.now - HOUR
    green = reading.health["green"].served
    assert (green.requests, green.errors, green.slow, reading.slow_ms) == (10, 10, 10, 10.0)
    assert reading.requests == {"blue": 90, "green": 10}
    assert {name: one.version for name, one in reading.models.items()} == {
        "blue": "7",
        "green": "8",
    }
    assert reading.watches == {}
    assert reading.firing == {}


def test_without_a_log_nothing_is_counted_and_nothing_is_wrong(loans):
    reading = read(loans, models=())

    assert (reading.health, reading.requests, reading.models) == (None, None, {})
    assert (reading.health_problem, reading.requests_problem) == (None, None)


def test_what_the_watch_of_the_endpoint_knows_comes_along(loans):
    loans.endpoint("{blue: 100}", TWO)
    call(loans, (30, "blue", 3000, 500))
    look(loans, Check.ROUTING, Check.HEALTH)

    reading = read(loans)

    assert reading.watches["blue"].carries == "loan-default:7"
    assert reading.shifts[-1].shares == {"blue": 100.0}
    assert reading.shifts[-1].instances == {"blue": 3}
    assert reading.firing["blue"] == ("errors",)
    assert set(reading.checked) == {"routing", "health"}


def test_an_endpoint_of_another_workspace_has_no_memory_here(loans):
    look(loans, Check.ROUTING)

    reading = read_endpoint(
        "loan-endpoint",
        loans.application.workspace,
        None,
        loans.clock.now,
        since=loans.clock.now - HOUR,
    )

    assert (reading.watches, reading.shifts, reading.checked) == ({}, (), {})
    assert reading.endpoint is not None


def test_an_endpoint_that_is_gone_is_told_apart_from_one_that_may_not_be_read(loans):
    (loans.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    workspace = loans.application.workspace

    gone = read(loans)
    listed = read(loans, Hindered(workspace, endpoints=NoPermission("No role.")))
    denied = read(loans, Hindered(workspace, endpoint=NoPermission("No role Reader.")))

    assert (gone.gone, gone.endpoint) == (True, None)
    assert gone.problem == "The workspace has no online endpoint loan-endpoint."
    assert (listed.gone, denied.gone) == (False, False)
    assert denied.problem == "No role Reader."


def test_what_may_not_be_read_is_a_sentence_in_its_place(loans):
    call(loans, (30, "green", 10, 200))
    workspace = Hindered(
        loans.application.workspace,
        health=NoPermission("No role Monitoring Reader."),
        requests=NoPermission("No role Log Analytics Reader."),
        model=NotFound("There is no loan-default:7."),
    )

    reading = read(loans, workspace)

    assert reading.problem is None
    assert reading.endpoint is not None
    assert reading.health_problem == "No role Monitoring Reader."
    assert reading.requests_problem == "No role Log Analytics Reader."
    assert reading.model_problems["blue"] == "There is no loan-default:7."


@pytest.mark.parametrize("question", ["endpoint", "health", "requests", "model"])
def test_what_does_not_answer_is_asked_again(loans, question):
    workspace = Hindered(
        loans.application.workspace, **{question: Unavailable("Azure did not answer.")}
    )

    with pytest.raises(Unavailable):
        read(loans, workspace)


def test_a_deployment_written_lately_is_not_judged_by_what_was_there_before(loans):
    """Its name stayed, its version did not: the errors were those of the version before."""
    at = (loans.clock.now - 20 * MINUTE).isoformat()
    loans.endpoint("{blue: 90, green: 10}", TWO.replace("2026-02-01T12:00:00Z", at))
    call(loans, (40, "green", 500, 500), (40, "blue", 900, 200), (10, "green", 7, 200))

    reading = read(loans)

    green, blue = reading.health["green"].served, reading.health["blue"].served
    assert (green.requests, green.errors, blue.requests) == (7, 0, 900)
    assert reading.counted_from == {"green": loans.clock.now - 20 * MINUTE}
    assert reading.requests == {"green": 7}
    assert reading.requests_since == loans.clock.now - 20 * MINUTE


def test_mere_scaling_forgets_no_answers(loans):
    look(loans, Check.ROUTING)
    at = (loans.clock.now + 20 * MINUTE).isoformat()
    loans.endpoint(
        "{blue: 90, green: 10}",
        TWO.replace("instances: 3", "instances: 5").replace("2026-01-01T00:00:00Z", at),
    )
    loans.clock.advance(30 * MINUTE)
    look(loans, Check.ROUTING)
    call(loans, (25, "blue", 900, 200))

    reading = read(loans)

    assert reading.counted_from == {}
    assert reading.health["blue"].served.requests == 900


def test_a_time_far_ahead_of_the_clock_is_none(loans):
    loans.endpoint("{blue: 90}", TWO.replace("2026-02-01T12:00:00Z", "2026-02-05T12:00:00Z"))

    assert read(loans).counted_from == {}


def test_what_was_written_this_moment_has_answered_nothing(loans):
    at = loans.clock.now.isoformat()
    loans.endpoint("{blue: 90, green: 10}", TWO.replace("2026-02-01T12:00:00Z", at))
    call(loans, (10, "green", 50, 200))

    reading = read(loans)

    assert reading.health["green"].served.requests == 0
    assert reading.requests == {}


def test_requests_are_counted_under_the_shares_that_are_declared(loans):
    look(loans, Check.ROUTING)
    loans.clock.advance(HOUR)
    loans.endpoint("{blue: 50, green: 50}", TWO)
    look(loans, Check.ROUTING)
    loans.clock.advance(30 * MINUTE)
    call(loans, (40, "blue", 900, 200), (10, "blue", 10, 200), (10, "green", 10, 200))

    reading = read(loans)

    assert reading.requests == {"blue": 10, "green": 10}
    assert reading.requests_since == loans.clock.now - 25 * MINUTE
    assert reading.health["blue"].served.requests == 910


def test_the_log_of_a_deployment_that_failed_is_read(loans):
    loans.endpoint("{blue: 100}", TWO.replace("green: {", "green: {provisioning_state: Failed, "))
    loans.write("workspace/logs/loan-endpoint/green.log", "MemoryError: Unable to allocate 3 GiB\n")

    assert "MemoryError" in read(loans).logs["green"]


def test_a_version_that_nobody_told_is_not_looked_up(loans):
    loans.endpoint("{blue: 100}", '{blue: {model: "loan-default"}}')

    assert read(loans).models == {}


def test_answers_count_over_the_longest_window_and_not_before_a_step_began(loans):
    now = loans.clock.now
    gates = Gates(errors=ErrorsGate(window=2 * HOUR), latency=LatencyGate(max_ms=50.0))

    assert answers_since(gates, now) == now - 2 * HOUR
    assert answers_since(gates, now, now - DAY) == now - 2 * HOUR
    assert answers_since(gates, now, now - 5 * MINUTE) == now - 5 * MINUTE
    assert answers_since(gates, now, now + 5 * MINUTE) == now


def case(scene, reading):
    """Version 8 before the stage at `loan-endpoint`, tried out there too."""
    policy = Policy(
        model="loan-default", endpoint="loan-endpoint", gates=Gates(max_latency_ms=200.0)
    )
    return Case(
        policy=policy,
        stage=policy.way()[0],
        candidate=scene.application.workspace.model("loan-default", "8"),
        evidence=PromotionEvidence(taken=reading.taken, tried=reading, target=reading),
        moment=Moment.ENTRANCE,
        at=reading.taken,
        tried="loan-endpoint",
    )


LIVE = (judge_deployment, judge_routing, judge_latency, judge_errors, judge_rollback)


def verdicts(scene):
    asked = case(scene, read(scene, slow_ms=200.0))
    return [(one.finding.verdict, one.finding.reason) for judge in LIVE for one in judge(asked)]


def test_a_version_that_succeeded_and_has_no_traffic_is_not_through(loans):
    """The deployment is complete, the portal is green, and nobody ever calls it."""
    loans.endpoint("{blue: 100}", TWO)
    call(loans, (30, "blue", 2000, 200))

    found = verdicts(loans)

    assert found == [
        (Verdict.PASS, "deployed"),
        (Verdict.FAIL, "no_traffic"),
        (Verdict.INCONCLUSIVE, "no_answers"),
        (Verdict.INCONCLUSIVE, "no_answers"),
        (Verdict.PASS, "ready"),
    ]


def test_a_version_that_answers_well_under_its_share_is_through(loans):
    loans.endpoint("{blue: 100}", TWO)
    look(loans, Check.ROUTING)
    loans.clock.advance(2 * HOUR)
    loans.endpoint("{blue: 50, green: 50}", TWO)
    look(loans, Check.ROUTING, Check.HEALTH)
    loans.clock.advance(HOUR)
    call(loans, (30, "blue", 1000, 200), (30, "green", 1000, 200))

    assert verdicts(loans) == [
        (Verdict.PASS, "deployed"),
        (Verdict.PASS, "has_traffic"),
        (Verdict.PASS, "fast_enough"),
        (Verdict.PASS, "few_errors"),
        (Verdict.PASS, "ready"),
    ]
