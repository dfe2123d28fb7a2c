"""Reads the jobs of a model's batch endpoints, and profiles what new runs wrote."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.decisions.batch import decide_batch
from shared.domain.decisions.batch.history import history_of
from shared.domain.decisions.batch.spans import spans_of, watch_from
from shared.domain.event import Event
from shared.domain.evidence import BatchEvidence, BatchLook, BatchOutputs
from shared.domain.policy import BatchPolicy, Policy
from shared.domain.state import BatchWatch, SubjectState
from shared.domain.world import Job
from shared.errors import Refused
from shared.service.reactions import Reaction
from shared.service.world import World

_JOBS = 50


def _gather(
    event: Event, policy: Policy | None, state: SubjectState, world: World, now: datetime
) -> BatchEvidence:
    looks = tuple(
        _look(event.name, policy, batch, state.batch.get(batch.endpoint), world, now)
        for batch in (policy.batch if policy is not None else [])
    )
    return BatchEvidence(taken=now, looks=looks)


def _look(
    model: str,
    policy: Policy | None,
    batch: BatchPolicy,
    watch: BatchWatch | None,
    world: World,
    now: datetime,
) -> BatchLook:
    """One batch endpoint; one that cannot be read hides no other, nor rows the state of runs."""
    try:
        jobs = tuple(world.jobs.latest(batch.endpoint, _JOBS))
    except Refused as problem:
        return BatchLook(endpoint=batch.endpoint, problem=str(problem))
    if batch.outputs is None:
        return BatchLook(endpoint=batch.endpoint, jobs=jobs)
    try:
        outputs = _outputs(model, policy, batch, watch, jobs, world, now)
    except Refused as problem:
        return BatchLook(endpoint=batch.endpoint, jobs=jobs, outputs_problem=str(problem))
    return BatchLook(endpoint=batch.endpoint, jobs=jobs, outputs=outputs)


def _outputs(
    model: str,
    policy: Policy | None,
    batch: BatchPolicy,
    watch: BatchWatch | None,
    jobs: Iterable[Job],
    world: World,
    now: datetime,
) -> tuple[BatchOutputs, ...]:
    """The rows of the runs that nobody looked at yet, by deployment."""
    from shared.service.reactions.batch_rows import read_outputs

    history, _ = history_of(jobs, None if watch is None else watch.seen, now)
    every = batch.every.total_seconds()
    known = watch or BatchWatch(since=now, every=every, learn_from=batch.learn_from)
    known = watch_from(known, batch)
    spans = spans_of(history, known)
    deployments = dict.fromkeys(span.run.deployment or "" for span in spans)
    return tuple(
        read_outputs(
            f"batch/{model}/{batch.endpoint}",
            deployment,
            [span for span in spans if (span.run.deployment or "") == deployment],
            known.outputs.get(deployment),
            batch.outputs or "",
            tuple(policy.drift.exclude) if policy is not None else (),
            world,
        )
        for deployment in deployments
    )


REACTION = Reaction(evidence=BatchEvidence, gather=_gather, decide=decide_batch)
