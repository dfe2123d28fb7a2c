"""What becomes of a model's promotions: each event and each look moves one of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action, SaveBaseline
from shared.domain.decision import Outcome
from shared.domain.decisions.promotion.asked import answer_check
from shared.domain.decisions.promotion.baseline import baseline_finding, baseline_kept
from shared.domain.decisions.promotion.closing import settle_alerts
from shared.domain.decisions.promotion.concerned import concerned
from shared.domain.decisions.promotion.entrance import enter_stage
from shared.domain.decisions.promotion.live import roll
from shared.domain.decisions.promotion.nothing import nothing_to_do, without_policy
from shared.domain.decisions.promotion.opening import (
    Opened,
    ahead_of,
    give_place,
    keep,
    open_promotion,
)
from shared.domain.decisions.promotion.requested import follow_request
from shared.domain.decisions.promotion.running import follow_run
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import in_phase, left_alone, standing
from shared.domain.decisions.promotion.waking import look_at, wake
from shared.domain.decisions.promotion.watching import keep_watch
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.people.approval import approval_findings, approvals_after
from shared.domain.people.override import override_findings, overrides_after
from shared.domain.policy import Policy, StagePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict, worst

_PHASES: dict[Phase, Callable[[Promotion, Scene], Step]] = {
    Phase.WAITING: enter_stage,
    Phase.BLOCKED: enter_stage,
    Phase.REQUESTED: follow_request,
    Phase.RUNNING: follow_run,
    Phase.ROLLING: roll,
    Phase.WATCHED: keep_watch,
}
"""One function a phase; what has ended is not looked at any more."""
_OF_A_RUN = frozenset({EventType.PROMOTION_STARTED, EventType.PROMOTION_REFUSED})
_OF_OVERRIDES = frozenset({EventType.OVERRIDE_GIVEN, EventType.OVERRIDE_WITHDRAWN})
_OF_APPROVALS = frozenset({EventType.APPROVAL_SAID, EventType.APPROVAL_WITHDRAWN})


def decide_promotion(
    event: Event,
    evidence: PromotionEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Let a version in, or move the promotion that the event is about by one step.

    A model without policy is never put forward: there is nothing to measure it by. A timer names
    no version: it asks for the newest, in case its event was lost, and for those on their way.
    """
    if event.type in _OF_OVERRIDES:
        return _noted(event, state, now)
    if event.type in _OF_APPROVALS:
        return _heard(event, state, now)
    opened = None if policy is None else _opened(event, evidence, policy, state, now)
    promotions = state.promotions if opened is None else opened.promotions
    promotion = concerned(event, promotions) if opened is None else opened.promotion
    if promotion is None or not promotion.phase.is_open:
        if opened is not None and policy is not None:
            return _superseded(event, opened, policy, state, now)
        if policy is None:
            return without_policy(event, state, now)
        return nothing_to_do(event, evidence, state, promotion)
    if policy is None:
        if event.type not in _OF_A_RUN:
            return without_policy(event, state, now)
        policy = Policy(model=event.name)
    stage = _stage(policy, promotion)
    scene = Scene(
        event=event,
        evidence=evidence,
        policy=policy,
        stage=stage or StagePolicy(name=promotion.stage),
        overrides=state.overrides,
        said=state.approvals,
        now=now,
        ahead=None if stage is None else ahead_of(promotion, promotions, stage, now),
        alerts=tuple(one for one in state.alerts.values() if one.status is AlertStatus.FIRING),
    )
    step = _step(promotion, scene, known=stage is not None)
    new = event.type is EventType.MODEL_REGISTERED or opened is not None
    return _outcome(scene, step, replace(state, promotions=promotions), with_baseline=new)


def _noted(event: Event, state: SubjectState, now: datetime) -> Outcome:
    """What somebody let pass is kept whatever can be read now; who it is for is looked at next."""
    after = replace(state, overrides=overrides_after(event, state, now))
    version = event.data.get("version") or next(
        (one.version for one in state.overrides if one.id == event.data.get("override")), None
    )
    actions = tuple(
        look_at(event, one, now, {"after": event.key})
        for one in state.promotions
        if one.phase.is_open and one.version == version
    )
    return Outcome(findings=override_findings(event, state), actions=actions, state=after)


def _heard(event: Event, state: SubjectState, now: datetime) -> Outcome:
    """What somebody said of a promotion is kept whatever can be read now; it is judged next."""
    after = replace(state, approvals=approvals_after(event, state, now))
    actions = tuple(
        look_at(event, one, now, {"after": event.key})
        for one in state.promotions
        if one.phase.is_open and one.identity(event.name) == event.data.get("promotion")
    )
    return Outcome(findings=approval_findings(event, state), actions=actions, state=after)


def _opened(
    event: Event, evidence: PromotionEvidence, policy: Policy, state: SubjectState, now: datetime
) -> Opened | None:
    """A version enters the first stage when it is registered, or found without its event.

    One that was through is let in again when it is said to be registered after its end.
    """
    version = _registered(event, evidence, state)
    if version is None:
        return None
    mine = [one for one in state.promotions if one.version == version]
    ended = [one.since for one in mine if not one.phase.is_open]
    if len(ended) < len(mine) or (ended and event.time <= max(ended)):
        return None
    candidate = evidence.candidate
    told = None if candidate is None else candidate.registered
    again = bool(ended)
    return open_promotion(
        state.promotions,
        version=version,
        stage=policy.way()[0],
        registered=event.time if told is None or again else told,
        at=now,
    )


def _registered(event: Event, evidence: PromotionEvidence, state: SubjectState) -> str | None:
    if event.type is EventType.MODEL_REGISTERED:
        return str(event.data.get("version") or "")
    reconciled = event.type is EventType.CHECK_DUE and (
        event.data.get("check") == Check.RECONCILE.value
    )
    if not reconciled or evidence.version is None or evidence.version in state.versions:
        return None
    return evidence.version


def _stage(policy: Policy, promotion: Promotion) -> StagePolicy | None:
    return next((one for one in policy.way() if one.name == promotion.stage), None)


def _step(promotion: Promotion, scene: Scene, *, known: bool) -> Step:
    """What its phase makes of it; a stage that the policy does not have any more ends it."""
    if not known and scene.event.type not in _OF_A_RUN:
        why = f"the policy has no stage {promotion.stage} any more"
        before = promotion
        promotion = in_phase(promotion, Phase.GONE, why, scene.now)
        verdict = Verdict.FAIL if scene.event.type is EventType.CHECK_ASKED else None
        told = standing(promotion, scene.policy.model, verdict=verdict)
        return Step(
            promotion=promotion, findings=(told,), alerts=left_alone(before, promotion, scene)
        )
    if scene.event.type is EventType.CHECK_ASKED:
        return answer_check(promotion, scene)
    step = _PHASES[promotion.phase](promotion, scene)
    if any(finding.rule is Rule.PROMOTION for finding in step.findings):
        return step
    told = standing(step.promotion, scene.policy.model)
    return replace(step, findings=(*step.findings, told))


def _superseded(
    event: Event, opened: Opened, policy: Policy, state: SubjectState, now: datetime
) -> Outcome:
    """An older version whose registration came late: it is noted, and that is all."""
    scene = Scene(
        event=event,
        evidence=PromotionEvidence(taken=now),
        policy=policy,
        stage=policy.way()[0],
        overrides=state.overrides,
        now=now,
    )
    told = standing(opened.promotion, policy.model)
    step = Step(promotion=opened.promotion, findings=(told,))
    return _outcome(scene, step, replace(state, promotions=opened.promotions), with_baseline=False)


def _outcome(
    scene: Scene,
    step: Step,
    state: SubjectState,
    *,
    with_baseline: bool,
) -> Outcome:
    """The step with what follows from it: the next stage, alerts, and looks that are asked for."""
    promotions = keep(state.promotions, step.promotion)
    if step.promotion.requested == scene.now:
        promotions = give_place(promotions, step.promotion, scene.stage, scene.now)
    opened = _next_stage(step.promotion, promotions, scene)
    if opened is not None:
        promotions = opened.promotions
    findings = step.findings
    actions: list[Action] = []
    candidate, baselines = scene.evidence.candidate, dict(state.baselines)
    if with_baseline and candidate is not None:
        saved: SaveBaseline | None = baseline_kept(candidate, scene.evidence)
        findings = (*findings, baseline_finding(candidate, scene.evidence))
        if saved is not None:
            actions.append(saved)
            baselines[saved.version] = saved.profile_hash
    told, records = settle_alerts(state.alerts, step, promotions, scene)
    woken, asked = wake(scene, step, promotions, state.asked, opened)
    verdicts = dict(state.versions)
    judged = _judged(step.findings)
    if judged is not None or step.promotion.version not in verdicts:
        verdict = worst(f.verdict for f in step.findings if f.enforced)
        verdicts[step.promotion.version] = judged or verdict.value
    return Outcome(
        findings=findings,
        actions=(*actions, *step.actions, *told, *woken),
        state=replace(
            state,
            alerts=records,
            baselines=baselines,
            versions=verdicts,
            promotions=promotions,
            checks=reported(scene.event, promotions, state.checks),
            asked=asked,
        ),
    )


def reported(
    event: Event, promotions: Sequence[Promotion], checks: dict[str, datetime]
) -> dict[str, datetime]:
    """The checks with that of promotions among them while one is open: its timer asks for these."""
    name = Check.PROMOTION.value
    others = {check: time for check, time in checks.items() if check != name}
    if not any(one.phase.is_open for one in promotions):
        return others
    return {**others, name: max(event.time, checks.get(name, event.time))}


def _next_stage(
    promotion: Promotion, promotions: tuple[Promotion, ...], scene: Scene
) -> Opened | None:
    """What came through a stage enters the next one at once."""
    names = [one.name for one in scene.policy.way()]
    if promotion.phase is not Phase.DONE or promotion.stage not in names[:-1]:
        return None
    following = scene.policy.way()[names.index(promotion.stage) + 1]
    return open_promotion(
        promotions,
        version=promotion.version,
        stage=following,
        registered=promotion.registered or promotion.begun,
        at=scene.now,
    )


def _judged(findings: tuple[Finding, ...]) -> str | None:
    told = [f.details for f in findings if f.rule is Rule.PROMOTION and f.details is not None]
    judged: str | None = told[-1].get("judged") if told else None
    return judged
