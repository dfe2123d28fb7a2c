"""A pipeline asks the same gates on the same memory as the service: overrides count there too."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import to_plain
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound
from shared.domain.promotion import Override
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.errors import NoPermission
from shared.service.advice import advice
from shared.service.gating import gate_version
from shared.service.world import World
from tests.conftest import NOON

OVERRIDE = Override(
    id="o1",
    version="7",
    gates=("metric/auc",),
    author="carla",
    reason="measured on the wrong rows",
    since=NOON - timedelta(hours=1),
    until=NOON + timedelta(hours=1),
)


@pytest.fixture
def asked(scene):
    """Asks for loan:7, whose auc is below the floor, with these overrides remembered."""
    scene.policy("model: loan\ngates: {min_auc: 0.9}\n")
    scene.model("7", "metrics: {auc: 0.8}\n", name="loan")

    def ask(*overrides, **limits):
        if overrides:
            scene.application.ledger.commit(
                subject="model/loan",
                version=0,
                event_key="k",
                now=NOON,
                decision={"event": {}, "hash": ""},
                state=json.loads(json.dumps(to_plain(SubjectState(overrides=overrides)))),
                messages=[],
            )
        world = World.of(scene.application.adapters, scene.application.settings)
        return gate_version(world, "loan", "7", NOON, limits=limits)

    return ask


def test_an_override_that_is_in_force_lets_its_gate_pass_and_says_so(asked):
    report = asked(OVERRIDE)

    assert report.verdict is Verdict.PASS
    [overridden] = [f for f in report.findings if f.verdict is Verdict.FAIL]
    assert overridden.sentence.endswith("carla lets it pass: measured on the wrong rows")


def test_an_override_of_another_version_or_another_time_lets_nothing_pass(asked):
    others = (replace(OVERRIDE, version="8"), replace(OVERRIDE, until=NOON))

    assert asked(*others).missing[0].thing == "metric/auc"


def test_where_what_serves_may_not_be_read_nothing_passes(scene, asked):
    """Else a version would be compatible with callers that nobody could look at."""

    class Guarded:
        def __init__(self, workspace):
            self._workspace = workspace

        def __getattr__(self, name):
            return getattr(self._workspace, name)

        def endpoint(self, name):
            raise NoPermission(f"{name} may not be read; grant Reader on the workspace.")

    asked()
    scene.policy("model: loan\nendpoint: loan-endpoint\ngates: {min_auc: 0.5, rollback: off}\n")
    scene.endpoint("{blue: 100}", '{blue: {model: "loan:6"}}')
    world = World.of(scene.application.adapters, scene.application.settings)
    guarded = replace(world, workspace=Guarded(world.workspace))

    report = gate_version(guarded, "loan", "7", NOON, limits={})

    assert report.verdict is Verdict.ERROR
    assert report.missing[-1].sentence.startswith("What serves in production is not known: ")


def test_of_two_limits_of_a_metric_the_stricter_end_holds_on_either_side(asked):
    report = asked(auc=Bound(min=0.5, max=0.7))

    [finding] = report.missing
    assert (finding.limit, finding.reason) == (0.9, "below_floor")


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule.value.endswith("_gate")])
def test_each_gate_that_does_not_pass_comes_with_a_first_step_of_its_own(rule):
    finding = Finding(rule=rule, thing="x", verdict=Verdict.FAIL, reason="worse", sentence="s")
    others = {
        advice(replace(finding, rule=other))
        for other in Rule
        if other is not rule and other.value.endswith("_gate")
    }

    assert advice(finding) not in {"", *others}
    assert advice(replace(finding, verdict=Verdict.PASS)) == ""


def test_what_has_too_few_answers_is_to_have_more_and_what_is_stale_is_to_be_read_anew():
    finding = Finding(
        rule=Rule.ERRORS_GATE,
        thing="deployment/green",
        verdict=Verdict.INCONCLUSIVE,
        reason="few",
        sentence="s",
        n_needed=100,
    )

    assert advice(finding) == "Let it answer more requests, then ask again."
    assert advice(replace(finding, n_needed=None)).startswith("Bring what the sentence says")
    assert advice(replace(finding, reason="stale")).startswith("Wait for the next reading")
    unseen = replace(finding, rule=Rule.HEALTH, verdict=Verdict.ERROR)
    assert advice(unseen).startswith("Mend what the sentence names")
    late = replace(finding, rule=Rule.BAKE_GATE)
    assert advice(late).startswith("Leave it where it is, with traffic")
