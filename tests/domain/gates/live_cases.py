"""Cases of gates that judge what was observed: one endpoint, blue serves loan:7, green tries 8."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.decisions.gates import Case, Moment
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import Gates, Policy, StagePolicy
from shared.domain.state import DeploymentWatch
from shared.domain.world import (
    ColumnSpec,
    Deployment,
    DeploymentHealth,
    Endpoint,
    ModelVersion,
    Served,
)

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
INPUTS = (ColumnSpec(name="income", type="double"),)


def version(number, inputs=INPUTS):
    """A version of the model."""
    return ModelVersion(name="loan", version=number, inputs=inputs)


def deployment(name, number, state="Succeeded", **more):
    """A deployment of it; it carries an unknown model where no version is given."""
    facts = {} if number is None else {"model": "loan", "version": number}
    return Deployment(name=name, provisioning_state=state, **{"instances": 3, **facts, **more})


def endpoint(*deployments, traffic=None, mirror=None, state="Succeeded", **more):
    """Blue with loan:7 and green with loan:8, unless told otherwise."""
    there = deployments or (deployment("blue", "7"), deployment("green", "8"))
    return Endpoint(
        name="ep",
        provisioning_state=state,
        traffic={"blue": 90.0, "green": 10.0} if traffic is None else traffic,
        mirror_traffic=mirror or {},
        deployments=there,
        **more,
    )


def reading(found=None, *, served=None, **more):
    """The endpoint at noon, with the answers of green in the hour before."""
    facts = {
        "endpoint": endpoint() if found is None else found,
        "health": {"green": DeploymentHealth(served=served)} if served is not None else None,
        "health_since": NOON - HOUR,
        "requests": {"blue": 900, "green": 100},
        "requests_since": NOON - HOUR,
        "watches": {
            "blue": DeploymentWatch(completed=NOON - 60 * DAY),
            "green": DeploymentWatch(completed=NOON - DAY),
        },
        "models": {"blue": version("7")},
        "checked": {"health": NOON - 5 * MINUTE},
    }
    return EndpointReading(name="ep", taken=NOON, **{**facts, **more})


def not_there():
    """The endpoint is listed no more."""
    return EndpointReading(name="ep", taken=NOON, problem="There is no endpoint ep.", gone=True)


def case(
    tried=None,
    *,
    target=None,
    gates=None,
    policy=None,
    candidate=None,
    moment=Moment.ENTRANCE,
    at=NOON,
    **more,
):
    """The version loan:8 before the stage production, tried out on `ep` where that was read."""
    stage = StagePolicy(name="production", endpoint="ep")
    known = {"tried": more.pop("tried_name", "ep" if tried is not None else None), **more}
    return Case(
        policy=replace(policy or Policy(model="loan"), gates=gates or Gates()),
        stage=known.pop("stage", stage),
        candidate=candidate or version("8"),
        evidence=PromotionEvidence(
            taken=NOON, tried=tried, target=target, drift=known.pop("drift", None)
        ),
        moment=moment,
        at=at,
        **known,
    )


def served(requests, **more):
    """Answers of green."""
    return Served(requests=requests, **more)


def only(judged):
    """The one finding, and when to look again."""
    [one] = judged
    return one.finding, one.look_again
