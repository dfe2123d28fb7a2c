"""Cases of gates that judge what is recorded of a version, and of the champion that serves."""

from datetime import timedelta

from shared.domain.decisions.gates import Case, Moment
from shared.domain.evidence import PromotionEvidence
from shared.domain.policy import Gates, Policy, StagePolicy
from shared.domain.world import ModelVersion
from tests.conftest import NOON


def version(number="8", **recorded):
    """A version of loan; metrics are its run's unless `measured` says otherwise."""
    if "metrics" in recorded or "unreadable" in recorded:
        recorded.setdefault("measured", f"run train-{number}")
    return ModelVersion(name="loan", version=number, **recorded)


def case(candidate, gates=None, *, champion=None, age=timedelta(), endpoint="loan-ep", **evidence):
    """A version before production, read `age` ago."""
    stage = StagePolicy(name="production", endpoint=endpoint)
    policy = Policy(model="loan", endpoint=endpoint, stages=[stage], gates=gates or Gates())
    read = PromotionEvidence(taken=NOON - age, candidate=candidate, champion=champion, **evidence)
    return Case(
        policy=policy,
        stage=stage,
        candidate=candidate,
        evidence=read,
        moment=Moment.ENTRANCE,
        at=NOON,
    )


def findings(judged):
    return {one.finding.thing: one.finding for one in judged}
