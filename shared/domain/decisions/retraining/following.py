"""What became of a retraining, as far as its job, its run and its version show it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.domain.decisions.retraining.look import GIVEN_UP_AFTER, Look, in_phase, standing
from shared.domain.decisions.retraining.trained import after_registration, trained_version
from shared.domain.finding import Finding
from shared.domain.retraining import Retraining, RetrainingPhase
from shared.domain.wording import one_line, spell_duration

_SUCCEEDED = frozenset({"succeeded", "success", "completed", "finished"})
_CANCELLED = frozenset({"canceled", "cancelled"})
_FAILED = frozenset({"failed"})
_MOST_COMMENT = 200

Step = Callable[[Retraining, Look], Retraining | None]


def follow(one: Retraining, look: Look) -> tuple[Retraining, tuple[Finding, ...]]:
    """Move it as far as the evidence shows; each change of its phase is a finding.

    Nothing is lost by a missed message: what is seen counts, whatever was told before.
    """
    findings = []
    while (step := _STEPS.get(one.phase)) is not None:
        after = step(one, look)
        if after is None:
            break
        one = after
        findings.append(standing(one, look))
    return one, tuple(findings)


def stalls_at(one: Retraining, look: Look) -> datetime:
    """When it is told that it does not go on; a posted request waits for people, and longer."""
    patience = look.rules.stalls_after
    if one.posted and one.phase is RetrainingPhase.REQUESTED:
        patience = GIVEN_UP_AFTER * patience
    return _last_step(one, look) + patience


def _last_step(one: Retraining, look: Look) -> datetime:
    """When something last moved: its phase, or its version's promotion."""
    moved = [
        promotion.since
        for promotion in look.evidence.promotions
        if one.version is not None and promotion.version == one.version
    ]
    return max([one.changed, *moved])


def _given_up(one: Retraining, look: Look) -> timedelta | None:
    """How long it has not gone on, where that is too long to wait for it any more."""
    patience = GIVEN_UP_AFTER * look.rules.stalls_after
    if one.posted and one.phase is RetrainingPhase.REQUESTED:
        patience = max(2 * patience, look.rules.per)
    waited = look.waited(_last_step(one, look))
    return waited if waited >= patience else None


def _registered(one: Retraining, look: Look) -> Retraining | None:
    """Its version, should it be there already: the strongest sign of all that it was trained."""
    found = trained_version(one, look)
    if found is None:
        return None
    because = f"version {found.version} came of it"
    return in_phase(one, RetrainingPhase.REGISTERED, because, look, version=found.version)


def _requested(one: Retraining, look: Look) -> Retraining | None:
    registered = _registered(one, look)
    if registered is not None:
        return registered
    job = look.evidence.job
    if job is not None:
        because = f"job {job.name} is there, though nobody told its start"
        return in_phase(one, RetrainingPhase.RUNNING, because, look, job=job.name)
    waited = _given_up(one, look)
    if waited is None:
        return None
    because = (
        f"nobody registered a version within {spell_duration(waited)}"
        if one.posted
        else f"it was not started within {spell_duration(waited)}"
    )
    return in_phase(one, RetrainingPhase.NO_VERSION, because, look)


def _running(one: Retraining, look: Look) -> Retraining | None:
    registered = _registered(one, look)
    if registered is not None:
        return registered
    if one.pipeline is not None:
        return _of_run(one, look)
    job = look.evidence.job
    state = "" if job is None or job.name != one.job else job.state.casefold()
    if state in _SUCCEEDED:
        return in_phase(one, RetrainingPhase.TRAINED, f"job {one.job} is complete", look)
    if state in _CANCELLED:
        return in_phase(one, RetrainingPhase.CANCELLED, f"job {one.job} was cancelled", look)
    if state in _FAILED:
        return in_phase(one, RetrainingPhase.FAILED, f"job {one.job} failed", look)
    return _lost(one, look, known=bool(state))


def _of_run(one: Retraining, look: Look) -> Retraining | None:
    """What its pipeline's run says: a rejection, its end, or that somebody has to approve it."""
    named = f"run {one.run} of its pipeline"
    run = look.evidence.run
    if run is not None and run.number != one.run:
        return None
    rejected = _rejection(look)
    if rejected is not None:
        return in_phase(one, RetrainingPhase.REFUSED, rejected, look)
    if run is not None and run.result is not None:
        result = run.result.casefold()
        if result in _SUCCEEDED:
            return in_phase(one, RetrainingPhase.TRAINED, f"{named} succeeded", look)
        if result in _CANCELLED:
            return in_phase(one, RetrainingPhase.CANCELLED, f"{named} was cancelled", look)
        return in_phase(one, RetrainingPhase.FAILED, f"{named} ended as {result}", look)
    if run is None:
        return _lost(one, look, known=False)
    pending = any(one.status.casefold() == "pending" for one in look.evidence.approvals)
    if pending and one.phase is RetrainingPhase.RUNNING:
        return in_phase(one, RetrainingPhase.APPROVING, f"{named} waits for approval", look)
    if not pending and one.phase is RetrainingPhase.APPROVING:
        return in_phase(one, RetrainingPhase.RUNNING, f"{named} is under way", look)
    return None


def _rejection(look: Look) -> str | None:
    for approval in look.evidence.approvals:
        for step in approval.steps:
            if step.status.casefold() == "rejected":
                said = one_line(step.comment or "", _MOST_COMMENT)
                return f"{step.by or step.asked} rejected it" + (f": {said}" if said else "")
        if approval.status.casefold() == "rejected":
            return "it was rejected"
    return None


def _lost(one: Retraining, look: Look, *, known: bool) -> Retraining | None:
    """What trains cannot be found any more; while it is seen to run it is waited for."""
    waited = None if known else _given_up(one, look)
    if waited is None:
        return None
    because = f"what trains it could not be looked at for {spell_duration(waited)}"
    return in_phase(one, RetrainingPhase.FAILED, because, look)


def _trained(one: Retraining, look: Look) -> Retraining | None:
    registered = _registered(one, look)
    if registered is not None:
        return registered
    patience = look.rules.stalls_after
    if look.evidence.problems:
        patience = GIVEN_UP_AFTER * patience
    if look.waited(one.changed) < patience:
        return None
    others = [found.version for found in look.evidence.versions]
    besides = f" ({', '.join(others[:5])} came meanwhile, without the tag)" if others else ""
    because = (
        f"no version with the tag driftgate-retraining or of its job was registered within "
        f"{spell_duration(look.waited(one.changed))} of its training{besides}"
    )
    return in_phase(one, RetrainingPhase.NO_VERSION, because, look)


def _judged(one: Retraining, look: Look) -> Retraining | None:
    known = after_registration(one, look)
    if known is not None:
        return in_phase(one, known.phase, known.because, look)
    waited = _given_up(one, look)
    if waited is None:
        return None
    because = f"version {one.version} did not go on for {spell_duration(waited)}"
    return in_phase(one, RetrainingPhase.NOT_PROMOTED, because, look)


_STEPS: dict[RetrainingPhase, Step] = {
    RetrainingPhase.REQUESTED: _requested,
    RetrainingPhase.APPROVING: _running,
    RetrainingPhase.RUNNING: _running,
    RetrainingPhase.TRAINED: _trained,
    RetrainingPhase.REGISTERED: _judged,
}
