"""The version has to have traffic where it is tried out, and requests have to reach it."""

from datetime import timedelta

import pytest

from shared.domain.decisions.gates.observed.waiting import how_long, time_to
from shared.domain.decisions.gates.routing import judge_routing
from shared.domain.finding import Rule
from shared.domain.policy import Gates
from shared.domain.policy.gates import RoutingGate
from shared.domain.state import DeploymentWatch
from shared.domain.verdict import Verdict
from tests.domain.gates.live_cases import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    case,
    deployment,
    endpoint,
    not_there,
    only,
    reading,
)

AGAIN = NOON + timedelta(minutes=5)
BLUE, GREEN = deployment("blue", "7"), deployment("green", "8", changed=NOON - 2 * DAY)
NO_SHARE = {"blue": 100.0, "green": 0.0}
MINE = "Deployment green of ep carries loan:8 and has "


def zero(**more):
    """Green succeeded and has 0 % of the traffic."""
    return reading(endpoint(BLUE, GREEN, traffic=NO_SHARE), **{"requests": {"blue": 900}, **more})


def watches(**green):
    """What routing remembers of green."""
    return {"green": DeploymentWatch(**{"completed": NOON - 2 * DAY, **green})}


CASES = [
    (
        "A declared share with requests passes.",
        reading(),
        (Verdict.PASS, "has_traffic", None),
        f"{MINE}10 % of the traffic; 100 requests reached it since 2026-02-03 11:00 UTC.",
    ),
    (
        "A mirror is traffic to be tried out by.",
        reading(endpoint(BLUE, GREEN, traffic=NO_SHARE, mirror={"green": 20.0})),
        (Verdict.PASS, "has_traffic", None),
        f"{MINE}20 % of mirrored traffic; 100 requests reached it since 2026-02-03 11:00 UTC.",
    ),
    (
        "A deployment that succeeded two days ago with 0 % of the traffic shows nothing: it fails.",
        zero(watches=watches()),
        (Verdict.FAIL, "no_traffic", None),
        f"{MINE}0 % of the traffic, for 2 d (since 2026-02-01 12:00 UTC): nobody has tried it out; "
        "declared: blue 100 %. Give it some: az ml online-endpoint update --name ep --traffic "
        '"green=SHARE ..."',
    ),
    (
        "So it does where nobody watched it, by when it was written.",
        zero(watches={}),
        (Verdict.FAIL, "no_traffic", None),
        f"{MINE}0 % of the traffic, for 2 d (since 2026-02-01 12:00 UTC): nobody has tried it out; "
        "declared: blue 100 %. Give it some: az ml online-endpoint update --name ep --traffic "
        '"green=SHARE ..."',
    ),
    (
        "And where nobody knows since when.",
        reading(
            endpoint(BLUE, deployment("green", "8"), traffic={}),
            watches={},
            requests={"blue": 1, "green": 4},
        ),
        (Verdict.FAIL, "no_traffic", None),
        f"{MINE}0 % of the traffic: nobody has tried it out; declared: none at all. 4 requests "
        "reached it all the same, which only a caller can send that names it in the header "
        "azureml-model-deployment. Give it some: az ml online-endpoint update --name ep --traffic "
        '"green=SHARE ..."',
    ),
    (
        "A share that was taken away counts from then.",
        zero(watches=watches(arrived=NOON - DAY, left=NOON - HOUR)),
        (Verdict.FAIL, "no_traffic", None),
        f"{MINE}0 % of the traffic, for 1 h (since 2026-02-03 11:00 UTC): nobody has tried it out; "
        "declared: blue 100 %. Give it some: az ml online-endpoint update --name ep --traffic "
        '"green=SHARE ..."',
    ),
    (
        "A new deployment has its grace.",
        zero(watches=watches(completed=NOON - 10 * MINUTE)),
        (Verdict.INCONCLUSIVE, "within_grace", NOON + 20 * MINUTE),
        f"{MINE}0 % of the traffic; it was completed 2026-02-03 11:50 UTC, and its grace of 30 min "
        "is not over (declared: blue 100 %).",
    ),
    (
        "Shares of which some go to a deployment that is not there fail.",
        reading(endpoint(BLUE, GREEN, traffic={"gone": 90.0, "green": 10.0})),
        (Verdict.FAIL, "not_there", None),
        "ep declares 90 % of the traffic for deployment gone, which is not there (there are: blue, "
        "green).",
    ),
    (
        "Shares that Azure does not take fail: what is in force is not known.",
        reading(endpoint(BLUE, GREEN, traffic={"blue": 90.0, "green": 5.0})),
        (Verdict.FAIL, "impossible_shares", None),
        "What ep declares cannot be: the shares sum to 95 %, where Azure takes 0 or 100.",
    ),
    (
        "A mirror to a deployment that is not there changes nothing for this one.",
        reading(endpoint(BLUE, GREEN, mirror={"gone": 10.0})),
        (Verdict.PASS, "has_traffic", None),
        f"{MINE}10 % of the traffic; 100 requests reached it since 2026-02-03 11:00 UTC.",
    ),
    (
        "An open alert about its requests fails, and may end by itself.",
        reading(firing={"green": ("errors", "not_observed")}),
        (Verdict.FAIL, "alert_open", AGAIN),
        f"{MINE}10 % of the traffic, but the alert not_observed about it is open; see `driftgate "
        "alerts`.",
    ),
    (
        "So do open alerts of the endpoint.",
        reading(firing={"": ("endpoint_failed", "endpoint_stuck", "unplanned_change")}),
        (Verdict.FAIL, "alert_open", AGAIN),
        f"{MINE}10 % of the traffic, but the alerts endpoint_failed, endpoint_stuck about it are "
        "open; see `driftgate alerts`.",
    ),
    (
        "An alert of no traffic is older than the share that was read, and of others no matter.",
        reading(firing={"green": ("no_traffic", "slow"), "blue": ("not_observed",)}),
        (Verdict.PASS, "has_traffic", None),
        f"{MINE}10 % of the traffic; 100 requests reached it since 2026-02-03 11:00 UTC.",
    ),
    (
        "Requests that reach others only fail, by an exact interval.",
        reading(requests={"blue": 1000, "green": 3}),
        (Verdict.FAIL, "not_observed", None),
        "Deployment green of ep is declared to receive 10 % and received 0.299 % (3 of 1003 "
        "requests, interval 0.019 % to 1.3 %), since 2026-02-03 11:00 UTC: the requests do not "
        "reach it; see whether its instances are ready: az ml online-deployment show "
        "--endpoint-name ep --name green",
    ),
    (
        "Few requests at all are no failure: it is waited for them.",
        reading(requests={"blue": 9}),
        (Verdict.INCONCLUSIVE, "few_requests", AGAIN),
        f"{MINE}10 % of the traffic; 0 requests reached it since 2026-02-03 11:00 UTC, at least "
        "1 wanted; at this rate never.",
    ),
    (
        "Nobody counts requests: that is told.",
        reading(requests=None),
        (Verdict.INCONCLUSIVE, "unlogged", AGAIN),
        f"{MINE}10 % of the traffic, but nobody counts the requests of ep; send it one, or switch "
        "on its traffic log.",
    ),
    (
        "Requests that may not be read are an error.",
        reading(requests=None, requests_problem="No role Log Analytics Reader."),
        (Verdict.ERROR, "cannot_count", AGAIN),
        "No role Log Analytics Reader.",
    ),
    (
        "A version that is not there is waited for.",
        reading(endpoint(BLUE, traffic={"blue": 100.0})),
        (Verdict.INCONCLUSIVE, "not_deployed", AGAIN),
        "loan:8 is not deployed on ep (blue carries loan:7).",
    ),
    (
        "An endpoint that is not there cannot be looked at.",
        not_there(),
        (Verdict.ERROR, "cannot_look", AGAIN),
        "There is no endpoint ep.",
    ),
]


@pytest.mark.parametrize(
    ("read", "said", "sentence"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_traffic_is_declared_and_seen_or_the_version_waits(read, said, sentence):
    finding, again = only(judge_routing(case(read)))

    assert finding.sentence == sentence
    assert (finding.verdict, finding.reason, again) == said
    assert finding.rule is Rule.ROUTING_GATE


def test_so_many_requests_as_the_policy_asks_for_are_waited_for():
    gates = Gates(routing=RoutingGate(min_requests=300))

    finding, again = only(judge_routing(case(reading(), gates=gates)))

    assert (finding.verdict, finding.reason) == (Verdict.INCONCLUSIVE, "few_requests")
    assert finding.sentence.endswith("at least 300 wanted; at this rate about 2 h more.")
    assert (finding.n, finding.n_needed, again) == (100, 300, AGAIN)


def test_nothing_is_asked_where_the_version_is_tried_out_nowhere():
    assert judge_routing(case()) == ()


def test_a_deployment_that_routing_never_looked_at_is_judged_by_its_requests():
    finding, _ = only(judge_routing(case(reading(watches={}))))

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("n", "span", "told"),
    [
        (0, HOUR, "; at this rate never"),
        (1, 90 * DAY, "; at this rate never"),
        (50, HOUR, "; at this rate about 1 h more"),
    ],
)
def test_a_wait_is_told_as_far_as_anybody_can_wait(n, span, told):
    assert how_long(n, 100, span) == told
    assert (time_to(n, 100, span) is None) == ("never" in told)


def test_no_rate_is_told_where_counting_has_only_begun():
    gates = Gates(routing=RoutingGate(min_requests=5))

    finding, again = only(
        judge_routing(case(reading(requests={}, requests_since=NOON), gates=gates))
    )

    assert finding.sentence == (
        f"{MINE}10 % of the traffic, by a change of less than 5 min ago; requests are counted when "
        "it has settled."
    )
    assert (finding.reason, finding.n_needed, again) == ("settling", 5, AGAIN)
    assert time_to(5, 10, 0 * HOUR) is None
