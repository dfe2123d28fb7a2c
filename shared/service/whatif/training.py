"""What trains in a simulation: what was recorded of it, or assumed of one that never was."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.evidence import RetrainingEvidence, TrainedVersion
from shared.domain.policy import Policy
from shared.domain.promotion import Phase, Promotion
from shared.domain.retraining import Retraining
from shared.domain.state import SubjectState
from shared.domain.world import Job

ASSUMED = "what-if-"
"""How the job of a retraining is named that is asked for in the simulation alone."""
TRAINS_FOR = timedelta(hours=1)
"""So long a training is taken to last."""


def assumed_job(retraining: str) -> str:
    """The name of the job that a retraining is taken to be done by."""
    return f"{ASSUMED}{retraining[:12]}"


def with_what_trains(
    gathered: RetrainingEvidence,
    recorded: RetrainingEvidence | None,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> RetrainingEvidence:
    """What the ledger says, with what the world outside said when this was recorded.

    A retraining that only the simulation asked for is taken to begin at once, to last for
    `TRAINS_FOR`, and to bring a version that is promoted.
    """
    seen = recorded or RetrainingEvidence(taken=now)
    found = replace(
        gathered,
        job=seen.job,
        run=seen.run,
        approvals=seen.approvals,
        versions=seen.versions,
        problems=seen.problems,
    )
    one = next((one for one in state.retraining.retrainings if one.phase.is_open), None)
    if one is None or not (one.job or "").startswith(ASSUMED) or not gathered.looked:
        return found
    stage = "what-if" if policy is None else policy.way()[-1].name
    return _assumed(found, one, stage, now)


def _assumed(
    found: RetrainingEvidence, one: Retraining, stage: str, now: datetime
) -> RetrainingEvidence:
    ends = (one.requested or one.asked) + TRAINS_FOR
    name = one.job or ""
    if now < ends:
        return replace(found, job=Job(name=name, state="Running"), problems=())
    version = TrainedVersion(version=name, registered=ends, job=name)
    through = Promotion(
        version=name, stage=stage, phase=Phase.DONE, begun=ends, since=ends, why="assumed"
    )
    return replace(
        found,
        job=Job(name=name, state="Completed"),
        versions=(*found.versions, version),
        promotions=(*found.promotions, through),
        problems=(),
    )
