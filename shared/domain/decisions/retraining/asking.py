"""Causes become one retraining, the fleet's budget is asked for it, and it is requested."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.action import Action, RequestRetraining
from shared.domain.decisions.retraining.causes import Together, merged, still_there
from shared.domain.decisions.retraining.holding import held_again
from shared.domain.decisions.retraining.look import (
    GIVEN_UP_AFTER,
    Look,
    in_phase,
    noted,
    standing,
)
from shared.domain.event import EventType
from shared.domain.finding import Finding
from shared.domain.policy import PipelinePolicy, RetrainingPolicy
from shared.domain.retraining import Retraining, RetrainingPhase
from shared.domain.wording import spell_duration, spell_number

BUDGET = "budget/retraining"
_ANSWERED_WITHIN = timedelta(hours=1)
"""After that the fleet's budget is asked once more, should a message be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A retraining after a step, with what follows from it."""

    retraining: Retraining
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()


def begin(causes: Together, look: Look) -> Retraining:
    """The one retraining that causes become; nothing is asked of anybody yet."""
    identity, cause, window, features = merged(causes.causes, look.model)
    return Retraining(
        id=identity,
        phase=RetrainingPhase.ASKED,
        causes=tuple(replace(one, features=()) for one in causes.causes),
        cause=cause,
        window=window,
        features=features,
        cost=look.rules.cost,
        asked=look.now,
        changed=look.now,
    )


def go_on(one: Retraining, promoted: datetime | None, look: Look) -> Asked:
    """Refuse it, wait, ask the fleet's budget, or request it: whichever is next."""
    over = _over(one, promoted, look)
    if over is not None:
        return _ended(in_phase(one, RetrainingPhase.CANCELLED, over, look), look)
    refused = None if look.policy is None else _refused(one, look)
    if refused is not None:
        return _ended(in_phase(one, RetrainingPhase.REFUSED, refused, look), look)
    waits = held_again(look)
    if waits is not None:
        one = replace(one, because=waits.sentence)
        return Asked(
            retraining=one, findings=(standing(one, look, reason=waits.reason),), actions=()
        )
    if _limited(look) and one.granted is None:
        return _ask_budget(one, look)
    return _request(one, look)


def _over(one: Retraining, promoted: datetime | None, look: Look) -> str | None:
    """Why nobody needs it any more: what asked for it ended while it waited."""
    if one.causes and not still_there(one.causes, promoted, look)[0]:
        return "what asked for it is over"
    gone = look.policy is None and look.waited(one.changed) > (
        GIVEN_UP_AFTER * look.rules.stalls_after
    )
    return f"no policy names {look.model} any more" if gone else None


def _refused(one: Retraining, look: Look) -> str | None:
    """Why the policy or the fleet does not let it be: a sentence that names the key."""
    rules, budget = look.rules, look.evidence.fleet.retraining
    if _needs_approval(one, rules) and rules.pipeline is None:
        return (
            f"it costs {spell_number(one.cost)}, more than retraining.approve_above "
            f"({spell_number(rules.approve_above)}), and somebody has to approve it: name a "
            "retraining.pipeline with an environment that asks for it, or raise the limit"
        )
    if budget.cost is not None and (one.cost or 0.0) > budget.cost:
        return (
            f"it costs {spell_number(one.cost)}, more than all that the fleet may spend in "
            f"{spell_duration(budget.per)} ({spell_number(budget.cost)}): raise retraining.cost of "
            "the fleet, or lower that of the policy"
        )
    return None


def _needs_approval(one: Retraining, rules: RetrainingPolicy) -> bool:
    return rules.approve_above is not None and (one.cost or 0.0) > rules.approve_above


def _limited(look: Look) -> bool:
    budget = look.evidence.fleet.retraining
    return budget.cost is not None or budget.at_once is not None


def _ask_budget(one: Retraining, look: Look) -> Asked:
    """Ask it, and again where no answer came; it says when it may go."""
    if one.budget is not None and look.waited(one.budget) < _ANSWERED_WITHIN:
        return Asked(retraining=one, findings=(standing(one, look),))
    asked = replace(one, budget=look.now, because=one.because or "the fleet's budget is asked")
    return Asked(
        retraining=asked,
        findings=(standing(asked, look, reason="budget_asked"),),
        actions=(look.tell(EventType.BUDGET_ASKED, BUDGET, one.id, {"cost": one.cost or 0.0}),),
    )


def _request(one: Retraining, look: Look) -> Asked:
    rules = look.rules
    approved = _needs_approval(one, rules)
    job = None if approved else rules.job
    pipeline = rules.pipeline if job is None else None
    posted = job is None and pipeline is None
    who = "its pipeline is to start" if pipeline is not None else "its job is to start"
    why = "the policy names neither job nor pipeline, it is posted for others" if posted else who
    requested = in_phase(
        one, RetrainingPhase.REQUESTED, why, look, requested=look.now, posted=posted
    )
    action = RequestRetraining(
        model=look.model,
        cause=one.cause,
        window=one.window,
        features=one.features,
        retraining=one.id,
        cost=one.cost,
        component=None if job is None else job.component,
        compute=None if job is None else job.compute,
        experiment=None if job is None else job.experiment,
        inputs={} if job is None else dict(job.inputs),
        pipeline=_text(pipeline),
        branch="main" if pipeline is None else pipeline.branch,
        parameters={} if pipeline is None else dict(pipeline.parameters),
    )
    return Asked(retraining=requested, findings=(standing(requested, look),), actions=(action,))


def _ended(one: Retraining, look: Look) -> Asked:
    return Asked(retraining=one, findings=(standing(one, look),))


def returned(one: Retraining, look: Look) -> tuple[Action, ...]:
    """What gives its place in the fleet's budget back; its cost too, where nothing was trained.

    One that is posted for others gives its place back at once: nobody here knows when it runs.
    """
    if one.budget is None:
        return ()
    began = one.posted or one.job is not None or one.pipeline is not None
    spent = one.requested is not None and one.phase is not RetrainingPhase.REFUSED and began
    return (look.tell(EventType.BUDGET_RETURNED, BUDGET, one.id, {"spent": spent}),)


def not_needed(identity: str, look: Look) -> tuple[tuple[Finding, ...], tuple[Action, ...]]:
    """A grant for what is not waited for any more is given back."""
    told = noted(
        look,
        "grant_returned",
        f"The fleet's budget grants {identity[:16]}, which nobody waits for any more.",
        retraining=identity,
    )
    back = look.tell(EventType.BUDGET_RETURNED, BUDGET, identity, {"spent": False})
    return (told,), (back,)


def _text(pipeline: PipelinePolicy | None) -> str | None:
    """A pipeline as requests name it: its number or its workflow."""
    if pipeline is None:
        return None
    return pipeline.workflow or (None if pipeline.number is None else str(pipeline.number))
