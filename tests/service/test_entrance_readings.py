"""At the entrance of a stage each place that a gate asks of is read, and no other."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import BudgetReading, DriftReading, EndpointReading
from shared.domain.evidence.resting import all_readings, rests_on
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Enforcement, Gates, LatencyGate, Policy, StagePolicy
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment, Endpoint, ModelVersion
from shared.errors import NotFound, Refused
from shared.service.readings import drift, entrance, stages
from shared.service.readings.telling import spell_age
from tests.conftest import NOON

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
    others: dict[str, FewModels] = field(default_factory=dict)

    def workspace_of(self, name: str | None) -> FewModels:
        if name is None:
            return self.workspace
        if name not in self.others:
            raise Refused(f"The settings name no workspace {name}.")
        return self.others[name]


@pytest.fixture
def world():
    return FewThings(
        workspace=FewModels({"loan-production": replace(BOTH, name="loan-production")})
    )


@pytest.fixture
def asked(monkeypatch):
    """What the readers of places are asked for, in their order; an endpoint is read as it is."""
    calls: list[tuple[str, Any, dict[str, Any]]] = []

    def read_endpoint(name, workspace, ledger, now, **named):
        calls.append(("endpoint", name, {"workspace": workspace, "ledger": ledger, **named}))
        return EndpointReading(name=name, taken=now, endpoint=workspace.endpoints.get(name))

    def read_drift(candidate, *_):
        calls.append(("drift", candidate.version, {}))
        return DriftReading(taken=NOON, start=NOON, end=NOON, problem="no rows")

    def read_budget(_, now, itself):
        calls.append(("budget", itself, {}))
        return BudgetReading(taken=now)

    monkeypatch.setattr(stages, "read_endpoint", read_endpoint)
    monkeypatch.setattr(drift, "read_drift", read_drift)
    monkeypatch.setattr(entrance, "read_budget", read_budget)
    return calls


def gathered(world, version="7", stage=POLICY.stages[1], policy=POLICY, before=None):
    return entrance.gather_for("loan", version, stage, policy, world, NOON, before)


def places(asked):
    return [f"{kind} {what}" for kind, what, _ in asked]


def test_a_version_is_read_where_it_is_tried_out_and_where_it_is_to_go(world, asked):
    evidence = gathered(world)

    assert places(asked) == [
        "endpoint loan-production",
        "endpoint loan-staging",
        "drift 7",
        "budget loan:7 production",
    ]
    assert (evidence.tried.name, evidence.target.name) == ("loan-staging", "loan-production")
    assert stages.stage_before(POLICY, POLICY.stages[0]) is None


def test_answers_are_read_over_the_longest_window_by_the_limit_of_the_gate(world, asked):
    gathered(world)

    _, _, named = asked[0]
    assert (named["since"], named["slow_ms"]) == (NOON - timedelta(hours=3), 80.0)
    assert (named["models"], named["ledger"]) == (("loan",), "the ledger")


@pytest.mark.usefixtures("asked")
def test_the_champion_is_the_version_that_serves_in_the_stage(world):
    assert gathered(world).champion.version == "6"
    assert gathered(world, stage=POLICY.stages[0]).champion is None
    assert gathered(world, version="6").champion is None
    world.workspace.endpoints["loan-production"] = replace(BOTH, traffic={})
    assert gathered(world).champion is None


@pytest.mark.usefixtures("asked")
def test_once_the_version_serves_the_champion_is_the_one_that_served_before(world):
    assert gathered(world, version="6", before="7").champion.version == "7"
    assert gathered(world, version="6", before="5").champion is None


def test_a_stage_without_an_endpoint_is_tried_out_and_compared_nowhere(world, asked):
    way = [replace(POLICY.stages[0], endpoint=None), POLICY.stages[1]]

    evidence = gathered(world, policy=replace(POLICY, stages=way))

    assert evidence.tried is None
    assert places(asked)[:2] == ["endpoint loan-production", "drift 7"]
    nowhere = replace(POLICY, endpoint=None, stages=[StagePolicy(name="dev")])
    assert gathered(world, stage=nowhere.stages[0], policy=nowhere).champion is None


@pytest.mark.usefixtures("asked")
def test_a_stage_in_a_workspace_that_is_not_known_says_so_in_its_reading(world):
    way = [replace(POLICY.stages[0], workspace="north"), POLICY.stages[1]]

    evidence = gathered(world, policy=replace(POLICY, stages=way))

    assert evidence.tried.problem == "The settings name no workspace north."


def test_a_stage_in_another_workspace_is_read_there_and_nothing_is_remembered_of_it(world, asked):
    north = FewModels({"loan-production": BOTH})
    world.others["north"] = north
    way = [POLICY.stages[0], replace(POLICY.stages[1], workspace="north")]

    gathered(world, stage=way[1], policy=replace(POLICY, stages=way))

    named = asked[0][2]
    assert (named["workspace"], named["ledger"]) == (north, None)


def test_before_the_first_stage_nothing_is_tried_out(world, asked):
    evidence = gathered(world, stage=POLICY.stages[0])

    assert evidence.tried is None
    assert places(asked) == ["endpoint loan-staging", "drift 7", "budget loan:7 staging"]


def test_a_place_whose_gates_are_off_is_not_read(world, asked):
    gates = POLICY.gates
    off = {
        name: replace(getattr(gates, name), mode=Enforcement.OFF)
        for name in ("deployment", "routing", "latency", "errors", "bake", "drift", "budget")
    }

    evidence = gathered(world, policy=replace(POLICY, gates=replace(gates, **off)))

    assert places(asked) == ["endpoint loan-production"]
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
