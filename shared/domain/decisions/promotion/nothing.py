"""Events that move no promotion: there is no policy, or nothing of that name is on its way."""

from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.promotion.asked import answer_unknown
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.promotion import Promotion
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict


def without_policy(event: Event, state: SubjectState, now: datetime) -> Outcome:
    """A registration is told once; whatever else asks is told that there is nothing to go by."""
    open_ = [one for one in state.promotions if one.phase.is_open]
    if event.type is EventType.CHECK_DUE and not open_:
        return Outcome(
            findings=(_recorded(event, "nothing_new", _nothing_of(event, None)),),
            actions=(),
            state=state,
        )
    sentence = (
        f"No policy names the model {event.name}; add a file to the policies folder that starts "
        f"with `model: {event.name}`."
    )
    asked = event.type is EventType.CHECK_ASKED
    finding = Finding(
        rule=Rule.POLICY_FOUND,
        thing=event.subject,
        verdict=Verdict.FAIL if asked else Verdict.INCONCLUSIVE,
        reason="no_policy",
        sentence=sentence,
    )
    on_its_way = [one for one in open_ if one.phase.is_on_its_way]
    title = f"{event.name}:{event.data.get('version')} was registered and no policy speaks of it"
    if on_its_way:
        named = f"{event.name}:{on_its_way[0].version}"
        title = f"{named} is {on_its_way[0].phase.value} and no policy speaks of it any more"
    elif event.type is not EventType.MODEL_REGISTERED:
        return Outcome(findings=(finding,), actions=(), state=state)
    alert = Alert(
        kind=AlertKind.POLICY_MISSING,
        subject=event.subject,
        severity=Severity.INFO,
        title=title,
        text=sentence,
        first_step=f"Write a policy for {event.name}; three lines are enough.",
        since=event.time,
        labels={"model": event.name},
    )
    actions, records = settle(
        state.alerts, (alert,), covered=lambda _: False, over=lambda _: "", now=now
    )
    return Outcome(findings=(finding,), actions=actions, state=replace(state, alerts=records))


def nothing_to_do(
    event: Event,
    evidence: PromotionEvidence,
    state: SubjectState,
    ended: Promotion | None,
) -> Outcome:
    """Say why nothing follows; a check of an environment is not let through.

    `ended` is the promotion that the event is of, where it is known.
    """
    known = ended or _last_of(event, state)
    if event.type is EventType.CHECK_ASKED:
        finding = answer_unknown(event, known)
    elif event.type is EventType.CHECK_DUE:
        finding = _recorded(event, "nothing_new", _nothing_of(event, evidence))
    elif known is not None:
        sentence = (
            f"The promotion of {event.name}:{known.version} into {known.stage} has ended as "
            f"{known.phase.value}: {known.why}."
        )
        finding = _recorded(event, "nothing_new", sentence)
    else:
        sentence = f"{event.type.value} of {event.subject} names no promotion that is known."
        finding = _recorded(event, "unknown", sentence)
    checks = dict(state.checks)
    if not any(one.phase.is_open for one in state.promotions):
        checks.pop(Check.PROMOTION.value, None)
    return Outcome(findings=(finding,), actions=(), state=replace(state, checks=checks))


def _last_of(event: Event, state: SubjectState) -> Promotion | None:
    version, stage = event.data.get("version"), event.data.get("stage")
    return next(
        (
            one
            for one in reversed(state.promotions)
            if one.version == version and stage in {None, one.stage}
        ),
        None,
    )


def _nothing_of(event: Event, evidence: PromotionEvidence | None) -> str:
    if event.data.get("check") == Check.PROMOTION.value:
        return f"No promotion of {event.name} is on its way."
    judged = None if evidence is None else evidence.judged
    if judged:
        return f"{event.name}:{judged} is the newest version and was judged before."
    return f"No version of {event.name} is registered."


def _recorded(event: Event, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason=reason,
        sentence=sentence,
    )
