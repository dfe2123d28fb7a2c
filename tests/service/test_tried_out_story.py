"""A version is tried out on staging before production: complete, called, and answering well."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.service.gating import gate_version
from shared.service.world import World
from shared.settings import Settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = """\
model: loan-default
stages:
  - {name: staging, endpoint: loan-staging}
  - {name: production, endpoint: loan-endpoint}
gates: {latency: {max_ms: 200}, bake: off, calendar: off, drift: off}
"""
MODEL = "inputs: [{name: income, type: double}]\n"
STAGING = '{old: {model: "loan-default:7"}, new: {model: "loan-default:8", changed: "%s"}}'
LIVE = (
    Rule.DEPLOYMENT_GATE,
    Rule.ROUTING_GATE,
    Rule.LATENCY_GATE,
    Rule.ERRORS_GATE,
    Rule.ROLLBACK_GATE,
)


@pytest.fixture
def loans(scene):
    """Version 7 serves both stages; 8 is deployed on staging since two days, without traffic."""
    scene.policy(POLICY)
    scene.model("7", MODEL)
    scene.model("8", MODEL)
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7", instances: 2}}')
    scene.since = (scene.clock.now - 2 * DAY).isoformat()
    scene.endpoint("{old: 100}", STAGING % scene.since, name="loan-staging")
    return scene


def call(scene, *answers):
    """Requests to staging by (minutes ago, deployment, how many, status)."""
    lines = ["time,deployment,status,duration_ms"]
    for ago, deployment, count, status in answers:
        at = (scene.clock.now - ago * MINUTE).isoformat()
        lines += [f"{at},{deployment},{status},40"] * count
    scene.write("workspace/requests/loan-staging.csv", "\n".join(lines) + "\n")


def ask(scene, stage="production"):
    """The verdict, and what the gates of what was seen said, by rule."""
    world = World.of(scene.application.adapters, Settings())
    report = gate_version(world, "loan-default", "8", scene.clock.now, limits={}, stage=stage)
    return report.verdict, {one.rule: one for one in report.findings if one.rule in LIVE}


def test_a_version_nobody_called_for_two_days_does_not_go_on(loans):
    call(loans, (30, "old", 2000, 200))

    verdict, told = ask(loans)

    assert verdict is Verdict.FAIL
    assert told[Rule.DEPLOYMENT_GATE].verdict is Verdict.PASS
    assert told[Rule.ROUTING_GATE].sentence.startswith(
        "Deployment new of loan-staging carries loan-default:8 and has 0 % of the traffic, for 2 d"
    )
    assert told[Rule.ERRORS_GATE].reason == "no_answers"
    assert told[Rule.ROLLBACK_GATE].verdict is Verdict.PASS


def test_a_version_that_answers_well_on_staging_goes_on(loans):
    loans.endpoint("{old: 50, new: 50}", STAGING % loans.since, name="loan-staging")
    call(loans, (30, "old", 1000, 200), (30, "new", 1000, 200))

    verdict, told = ask(loans)

    assert verdict is Verdict.PASS
    assert {one.verdict for one in told.values()} == {Verdict.PASS}
    assert set(told) == set(LIVE)


def test_a_version_that_fails_its_callers_on_staging_does_not_go_on(loans):
    loans.endpoint("{old: 50, new: 50}", STAGING % loans.since, name="loan-staging")
    call(loans, (30, "old", 1000, 200), (30, "new", 900, 200), (30, "new", 100, 500))

    verdict, told = ask(loans)

    assert verdict is Verdict.FAIL
    assert told[Rule.ERRORS_GATE].sentence.startswith(
        "Deployment new of loan-staging (loan-default:8) answered 10 % of its calls with errors"
    )


def test_a_version_with_few_calls_waits_and_says_for_how_many(loans):
    loans.endpoint("{old: 50, new: 50}", STAGING % loans.since, name="loan-staging")
    call(loans, (30, "old", 60, 200), (30, "new", 60, 200))

    verdict, told = ask(loans)

    assert verdict is Verdict.INCONCLUSIVE
    assert told[Rule.ROUTING_GATE].verdict is Verdict.PASS
    assert (told[Rule.ERRORS_GATE].n, told[Rule.ERRORS_GATE].n_needed) == (60, 862)
    assert "set `gates.errors.window` to 15h" in told[Rule.ERRORS_GATE].sentence


def test_a_version_updated_in_place_starts_from_nothing(loans):
    """Its deployment answered a thousand calls well: those were answers of version 7."""
    written = (loans.clock.now - 10 * MINUTE).isoformat()
    loans.endpoint("{old: 50, new: 50}", STAGING % written, name="loan-staging")
    call(loans, (30, "old", 1000, 200), (30, "new", 1000, 200))

    verdict, told = ask(loans)

    assert verdict is Verdict.INCONCLUSIVE
    assert told[Rule.ERRORS_GATE].sentence == (
        "Deployment new of loan-staging answered nothing from 11:50 to 12:00 UTC, so nothing can "
        "be said of loan-default:8."
    )


def test_a_champion_that_fails_its_callers_is_no_way_back(loans):
    loans.endpoint("{old: 50, new: 50}", STAGING % loans.since, name="loan-staging")
    call(loans, (30, "old", 1000, 200), (30, "new", 1000, 200))
    at = (loans.clock.now - 30 * MINUTE).isoformat()
    lines = ["time,deployment,status,duration_ms"] + [f"{at},blue,500,40"] * 500
    loans.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")
    loans.application.service.fan_out(Check.HEALTH)
    loans.drain()

    verdict, told = ask(loans)

    assert verdict is Verdict.FAIL
    assert told[Rule.ROLLBACK_GATE].sentence == (
        "loan-default:8 would be taken back to deployment blue of loan-endpoint (loan-default:7), "
        "but: its alert errors is open."
    )


def test_before_the_first_stage_it_is_asked_for_a_way_back_only(loans):
    _, told = ask(loans, stage="staging")

    assert set(told) == {Rule.ROLLBACK_GATE}
