"""At the entrance of a stage each place that a gate asks of is read, and no other."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decisions.gates import Moment
from shared.domain.decisions.gates.rules import GateRule
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import DriftReading, EndpointReading
from shared.domain.evidence.resting import all_readings, rests_on
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Enforcement, Gates, LatencyGate, Policy, StagePolicy
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment, Endpoint, ModelVersion
from shared.errors import NotFound
from shared.service.readings import entrance
from shared.service.readings.telling import spell_age
from tests.conftest import NOON

EVERY = tuple(
    GateRule(name=name, moments=frozenset({Moment.ENTRANCE}))
    for name in ("metrics", "latency", "rollback", "drift", "budget")
)
POLICY = Policy(
    model="loan",
    endpoint="loan-production",
    stages=[
        StagePolicy(name="staging", endpoint="loan-staging"),
        StagePolicy(name="production", endpoint="loan-production"),
    ],
    gates=Gates(latency=LatencyGate(max_ms=80.0, window=timedelta(hours=3))),
)
BOTH = Endpoint(
    name="loan-staging",
    provisioning_state="Succeeded",
    traffic={"blue": 90.0, "green": 10.0},
    deployments=(
        Deployment(name="blue", provisioning_state="Succeeded", model="loan", version="6"),
        Deployment(name="green", provisioning_state="Succeeded", model="loan", version="7"),
    ),
)


@dataclass
class FewModels:
    """A workspace of two versions and the endpoints it is given."""

    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def model(self, name: str, version: str) -> ModelVersion:
        if version not in {"6", "7"}:
            raise NotFound(f"{name}:{version} is not registered.")
        return ModelVersion(name=name, version=version)

    def endpoint(self, name: str) -> Endpoint:
        if name not in self.endpoints:
            raise NotFound(f"{name} is not there.")
        return self.endpoints[name]


@dataclass
class FewThings:
    """Just what the gathering takes of the world."""

    workspace: FewModels
    ledger: str = "the ledger"


@pytest.fixture
def world():
    return FewThings(
        workspace=FewModels({"loan-production": replace(BOTH, name="loan-production")})
    )


@pytest.fixture
def asked(monkeypatch):
    """Every gate is registered, and each reader notes what it was asked for."""
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def reader(place, function):
        def read(*given, **named):
            calls.append((function, given, named))
            if place == "endpoint":
                return EndpointReading(name=given[0], taken=NOON)
            if place == "drift":
                return DriftReading(taken=NOON, start=NOON, end=NOON, problem="no rows")
            return None

        return read

    monkeypatch.setattr(entrance, "GATES", EVERY)
    monkeypatch.setattr(entrance, "_reader", reader)
    monkeypatch.setattr(entrance, "read_budget", reader("budget", "read_budget"))
    return calls


def gathered(world, version="7", stage=POLICY.stages[1], policy=POLICY):
    return entrance.gather_for("loan", version, stage, policy, world, NOON)


def test_the_stage_before_is_where_a_version_is_tried_out(world, asked):
    evidence = gathered(world)

    endpoints = [given[0] for function, given, _ in asked if function == "read_endpoint"]
    assert endpoints == ["loan-staging", "loan-production"]
    assert (evidence.tried.name, evidence.target.name) == ("loan-staging", "loan-production")
    assert entrance.stage_before(POLICY, POLICY.stages[0]) is None


def test_answers_are_read_over_the_longest_window_by_the_limit_of_the_gate(world, asked):
    gathered(world)

    _, _, named = asked[0]
    assert (named["since"], named["slow_ms"]) == (NOON - timedelta(hours=3), 80.0)
    assert named["models"] == ("loan",)


@pytest.mark.usefixtures("asked")
def test_the_champion_is_the_one_of_the_stage(world):
    assert gathered(world).champion.version == "6"
    assert gathered(world, stage=POLICY.stages[0]).champion is None
    assert gathered(world, version="6").champion is None
    world.workspace.endpoints["loan-production"] = replace(BOTH, traffic={})
    assert gathered(world).champion is None
    nowhere = replace(POLICY, endpoint=None, stages=[StagePolicy(name="dev")])
    assert gathered(world, stage=nowhere.stages[0], policy=nowhere).champion is None


def test_a_stage_without_an_endpoint_is_tried_out_and_compared_nowhere(world, asked):
    way = [replace(POLICY.stages[0], endpoint=None), POLICY.stages[1]]

    evidence = gathered(world, policy=replace(POLICY, stages=way))

    assert evidence.tried is None
    assert [given[0] for f, given, _ in asked if f == "read_endpoint"] == ["loan-production"]


@pytest.mark.usefixtures("asked")
def test_a_stage_in_a_workspace_that_is_not_known_says_so_in_its_reading(world):
    way = [replace(POLICY.stages[0], workspace="north"), POLICY.stages[1]]

    evidence = gathered(world, policy=replace(POLICY, stages=way))

    assert evidence.tried.problem == (
        "The stage staging is in the workspace north, which is not known here."
    )


def test_a_stage_in_another_workspace_is_read_there(world, asked):
    north = FewModels({"loan-production": BOTH})
    world.workspace_of = {"north": north}.__getitem__
    way = [POLICY.stages[0], replace(POLICY.stages[1], workspace="north")]

    gathered(world, stage=way[1], policy=replace(POLICY, stages=way))

    assert [given[1] for f, given, _ in asked if f == "read_endpoint"] == [world.workspace, north]


def test_before_the_first_stage_nothing_is_tried_out(world, asked):
    evidence = gathered(world, stage=POLICY.stages[0])

    assert evidence.tried is None
    assert [function for function, _, _ in asked] == ["read_endpoint", "read_drift", "read_budget"]


def test_a_place_whose_gates_are_off_is_not_read(world, asked):
    gates = POLICY.gates
    off = {
        name: replace(getattr(gates, name), mode=Enforcement.OFF)
        for name in ("latency", "rollback", "drift", "budget")
    }

    evidence = gathered(world, policy=replace(POLICY, gates=replace(gates, **off)))

    assert asked == []
    assert evidence.candidate.version == "7"


def test_a_version_that_is_not_there_is_a_problem_and_nothing_else_is_read(world, asked):
    evidence = gathered(world, version="9")

    assert (evidence.problem, evidence.candidate) == ("loan:9 is not registered.", None)
    assert asked == []


def test_each_finding_is_as_old_as_the_place_it_rests_on():
    evidence = PromotionEvidence(
        taken=NOON,
        tried=EndpointReading(name="loan-staging", taken=NOON - timedelta(minutes=12)),
        drift=DriftReading(taken=NOON + timedelta(minutes=3), start=NOON, end=NOON),
    )

    def age(rule):
        finding = Finding(rule=rule, thing="x", verdict=Verdict.PASS, reason="r", sentence="s")
        return spell_age(finding, evidence, NOON)

    assert age(Rule.METRIC_GATE) == "just read"
    assert age(Rule.LATENCY_GATE) == "12 min"
    assert age(Rule.DRIFT_GATE) == "3 min ahead"
    assert age(Rule.ROLLBACK_GATE) == "not read"
    assert rests_on(Rule.ROLLBACK_GATE, evidence) is None
    assert [one.title for one in all_readings(evidence)] == [
        "registered version",
        "endpoint where it is tried out, loan-staging",
        "rows scored lately",
    ]
