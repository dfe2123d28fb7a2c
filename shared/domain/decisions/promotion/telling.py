"""What people are told of a promotion: where it stands, and what is wrong with it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import to_plain
from shared.domain.decisions.promotion.step import Scene
from shared.domain.finding import Finding, Rule
from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import begin, one_line, spell_duration, spell_list

MOST_TOLD, MOST_SENTENCE = 20, 600
"""So much of what is missing is kept and told; all of it is in the decision."""
KINDS = frozenset(
    {
        AlertKind.PROMOTION_BLOCKED,
        AlertKind.PROMOTION_WAITING,
        AlertKind.PROMOTION_FAILED,
        AlertKind.PROMOTED_VERSION_FAILS,
    }
)
_VERDICTS = {
    Phase.WAITING: Verdict.INCONCLUSIVE,
    Phase.BLOCKED: Verdict.INCONCLUSIVE,
    Phase.REFUSED: Verdict.FAIL,
    Phase.FAILED: Verdict.FAIL,
    Phase.ROLLED_BACK: Verdict.FAIL,
}


def in_phase(promotion: Promotion, phase: Phase, why: str, at: datetime) -> Promotion:
    """The promotion in a phase; it is there since before when it was there already."""
    since = promotion.since if promotion.phase is phase else at
    return replace(promotion, phase=phase, why=why, since=since)


def standing(
    promotion: Promotion,
    model: str,
    *,
    judged: Verdict | None = None,
    good_until: datetime | None = None,
    verdict: Verdict | None = None,
) -> Finding:
    """Where a promotion stands and why, for every decision about it.

    `judged` is what the gates, and the approvals where they are asked for, say now; None where
    they were not asked. It stands for as long as their evidence may be used, `good_until`.
    """
    phase = promotion.phase
    return Finding(
        rule=Rule.PROMOTION,
        thing=f"stage/{promotion.stage}",
        verdict=verdict or _VERDICTS.get(phase, Verdict.PASS),
        reason=phase.value,
        sentence=(
            f"{model}:{promotion.version} is {phase.value.replace('_', ' ')} for "
            f"{promotion.stage}: {promotion.why.rstrip('.')}."
        ),
        details={
            "promotion": promotion.identity(model),
            "version": promotion.version,
            "stage": promotion.stage,
            "phase": phase.value,
            "basis": promotion.basis,
            "judged": None if judged is None else judged.value,
            "good_until": to_plain(good_until),
        },
    )


def blocked(promotion: Promotion, scene: Scene, missing: Iterable[Finding]) -> Alert:
    """People have to act before the version can go on."""
    model, open_gates = scene.policy.model, list(missing)
    names = sorted({one.rule.value.removesuffix("_gate") for one in open_gates})
    gates = f"the gates {spell_list(names)} are"
    if len(names) == 1:
        gates = f"the {names[0]} gate is"
    return Alert(
        kind=AlertKind.PROMOTION_BLOCKED,
        subject=scene.event.subject,
        severity=Severity.WARNING,
        title=f"{model}:{promotion.version} is not put forward: {gates} not passed",
        text=_text(
            f"{model}:{promotion.version} was registered and checked for {promotion.stage}.",
            scene,
            open_gates,
        ),
        first_step=(
            "Do what the list says, or register a better version; if a limit is wrong, change it "
            f"in the policy of {model}. It is judged again by itself."
        ),
        since=scene.event.time,
        labels=labels(promotion, scene),
    )


def waiting(
    promotion: Promotion,
    scene: Scene,
    missing: Iterable[Finding],
    *,
    after: timedelta | None = None,
    first_step: str | None = None,
    title: str | None = None,
) -> tuple[Alert, ...]:
    """What time was to mend, once it has not for so long: the policy's patience unless given."""
    model = scene.policy.model
    patience = scene.policy.gates_of(scene.stage).patience if after is None else after
    if scene.now - promotion.since < patience:
        return ()
    named = f"{model}:{promotion.version}"
    return (
        Alert(
            kind=AlertKind.PROMOTION_WAITING,
            subject=scene.event.subject,
            severity=Severity.INFO,
            title=title or f"{named} waits for more than {spell_duration(patience)}",
            text=_text(f"{named} waits for {promotion.stage}: {promotion.why}.", scene, missing),
            first_step=first_step
            or "See whether what it waits for still comes; if not, mend it, or let the version "
            "pass with an override and its reason.",
            since=promotion.since,
            labels=labels(promotion, scene),
        ),
    )


def ask_for(promotion: Promotion, scene: Scene) -> str:
    """Whom to ask for the approvals that are missing, and where they are given."""
    approvals = scene.stage.approvals
    by = spell_list(approvals.by) or "those who may approve it"
    if approvals.given is ApprovalPlace.PIPELINE:
        return f"Ask {by} to look at the run."
    command = (
        f"`driftgate approve {scene.policy.model} {promotion.version} --stage {promotion.stage} "
        "--because ...`"
    )
    where = " or at the run" if approvals.given is ApprovalPlace.EITHER else ""
    return f"Ask {by} to approve it with {command}{where}."


def failed(
    promotion: Promotion,
    scene: Scene,
    first_step: str,
    *,
    severity: Severity = Severity.WARNING,
    title: str | None = None,
) -> Alert:
    """The version did not come through the stage as it should; nothing more happens by itself."""
    model = scene.policy.model
    if title is None and promotion.phase is Phase.REFUSED:
        title = f"{model}:{promotion.version} was refused for {promotion.stage}"
    address = None if promotion.run is None else promotion.run.address
    run = f" Its run: {address}" if address else ""
    return Alert(
        kind=AlertKind.PROMOTION_FAILED,
        subject=scene.event.subject,
        severity=severity,
        title=title or f"The promotion of {model}:{promotion.version} to {promotion.stage} failed",
        text=_text(f"{begin(promotion.why)}.{run}", scene, ()),
        first_step=first_step,
        since=promotion.since,
        labels=labels(promotion, scene),
    )


def left_alone(before: Promotion, promotion: Promotion, scene: Scene) -> tuple[Alert, ...]:
    """Its stage is gone from the policy while it was on its way: nobody moves its traffic now."""
    if not before.phase.is_on_its_way:
        return ()
    rollout = before.rollout
    where = f"{rollout.endpoint}" if rollout is not None else "its endpoint"
    first = (
        f"Decide what {where} is to serve, and see what its run still does; it was "
        f"{before.phase.value}: {before.why}."
    )
    return (failed(promotion, scene, first),)


def failing(promotion: Promotion, scene: Scene, found: Iterable[Finding], then: str) -> Alert:
    """A version that was promoted fails where it serves; `then` says what is done about it."""
    model = scene.policy.model
    return Alert(
        kind=AlertKind.PROMOTED_VERSION_FAILS,
        subject=scene.event.subject,
        severity=Severity.CRITICAL,
        title=f"{model}:{promotion.version} fails in {promotion.stage} after its promotion",
        text=_text(f"{begin(then)}.", scene, found),
        first_step=(
            f"See that version {promotion.champion} serves again on {scene.stage.endpoint}."
            if promotion.champion is not None
            else f"Mend {scene.stage.endpoint} or take its traffic away; nothing served before."
        ),
        since=scene.event.time,
        labels=labels(promotion, scene),
    )


def labels(promotion: Promotion, scene: Scene) -> dict[str, str]:
    """What makes an alert of a promotion its own."""
    return {
        "model": scene.policy.model,
        "version": promotion.version,
        "stage": promotion.stage,
    }


def _text(first: str, scene: Scene, findings: Iterable[Finding]) -> str:
    owner = f" Owner: {scene.policy.owner}." if scene.policy.owner else ""
    every = list(findings)
    listed = "".join(
        f"\n- {one.verdict.value}: {one_line(one.sentence, MOST_SENTENCE)}"
        for one in every[:MOST_TOLD]
    )
    more = len(every) - MOST_TOLD
    rest = f"\n- and {more} more, in the decision" if more > 0 else ""
    return f"{first}{owner}{listed}{rest}"
