"""Watched: a promoted version serves as it should for a while, or gives way to the one before."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.domain.action import TagModel
from shared.domain.alert import Alert
from shared.domain.canonical import format_time
from shared.domain.decisions.promotion.basis import OUR_TAGS, STAGE_TAG
from shared.domain.decisions.promotion.live import SOON, carrying
from shared.domain.decisions.promotion.requested import ended
from shared.domain.decisions.promotion.returning import give_way, wait_for_return
from shared.domain.decisions.promotion.serving import look_at_serving
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import failed, in_phase, standing, waiting
from shared.domain.finding import Finding, Rule
from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_duration, spell_time

_BY_ANSWERS = frozenset({Rule.ERRORS_GATE, Rule.LATENCY_GATE})
ARCHIVED = "archived-"
"""How the tag of a version begins that served in a stage before."""


def keep_watch(promotion: Promotion, scene: Scene) -> Step:
    """Verify that its traffic reaches it and that it answers well, for as long as the policy says.

    Should it fail, a rollback is asked for once, where the policy wants that and there is a
    version to go back to. Without having passed, it fails when its time is long over; but one that
    serves and was only called too seldom to prove it is done then, with what is not known.
    """
    if promotion.returning is not None:
        return wait_for_return(promotion, scene)
    findings = (*look_at_serving(promotion, scene), *_unapproved(promotion, scene))
    verdict = worst(finding.verdict for finding in findings if finding.enforced)
    if verdict is Verdict.FAIL:
        step = give_way(promotion, scene, findings)
        return replace(step, alerts=(*step.alerts, *_unapproved_alert(promotion, scene)))
    over = _over(promotion, scene)
    if verdict is Verdict.PASS and scene.now >= over:
        return _done(promotion, scene, findings)
    long_over = scene.now >= over + scene.stage.finish_within
    if long_over and _only_few_calls(findings):
        return _done(promotion, scene, findings)
    if long_over:
        why = f"it did not pass the watch of {spell_duration(scene.stage.watch.time)}"
        first = f"See what {scene.stage.endpoint} does, by the findings of the last decision."
        step = ended(promotion, scene, why, first)
        return replace(step, findings=(*findings, *step.findings))
    what = "so far it does well" if verdict is Verdict.PASS else _first_missing(findings)
    promotion = in_phase(promotion, Phase.WATCHED, what, scene.now)
    return Step(
        promotion=promotion,
        findings=(*findings, standing(promotion, scene.policy.model)),
        alerts=(*_unapproved_alert(promotion, scene), *_stuck(promotion, scene, findings)),
        look_again=min(over, scene.now + SOON) if over > scene.now else scene.now + SOON,
    )


def _stuck(promotion: Promotion, scene: Scene, findings: tuple[Finding, ...]) -> tuple[Alert, ...]:
    """It was deployed and is not seen to serve: nobody else tells that where nothing else looks."""
    missing = [one for one in findings if one.enforced and one.verdict is not Verdict.PASS]
    if not missing:
        return ()
    until = _over(promotion, scene) + scene.stage.finish_within
    first = (
        f"Mend that at {scene.stage.endpoint}; it is looked at until {spell_time(until)} and then "
        "given up."
    )
    return waiting(promotion, scene, missing[1:], first_step=first)


def _over(promotion: Promotion, scene: Scene) -> datetime:
    """When the watch is over: it counts from when the version got its traffic."""
    reading, begun = scene.evidence.target, promotion.since
    if reading is not None and reading.endpoint is not None:
        deployment = carrying(reading.endpoint, scene.policy.model, promotion.version)
        watched = None if deployment is None else reading.watches.get(deployment.name)
        if watched is not None and watched.arrived is not None:
            begun = max(begun, watched.arrived)
    return begun + scene.stage.watch.time


def _done(promotion: Promotion, scene: Scene, findings: tuple[Finding, ...]) -> Step:
    why = f"it served well for {spell_duration(scene.stage.watch.time)}"
    missing = [one for one in findings if one.enforced and one.verdict is not Verdict.PASS]
    if missing:
        why = f"it serves, as far as so few calls tell: {missing[0].sentence.rstrip('.')}"
    promotion = in_phase(promotion, Phase.DONE, why, scene.now)
    return Step(
        promotion=promotion,
        findings=(*findings, standing(promotion, scene.policy.model)),
        actions=tuple(_tags(promotion, scene)),
    )


def _only_few_calls(findings: tuple[Finding, ...]) -> bool:
    """Whether nothing is missing but more answers: its traffic is seen, and none of it is wrong."""
    missing = [one for one in findings if one.enforced and one.verdict is not Verdict.PASS]
    return bool(missing) and all(
        one.verdict is Verdict.INCONCLUSIVE and one.rule in _BY_ANSWERS and one.n for one in missing
    )


def _tags(promotion: Promotion, scene: Scene) -> Iterable[TagModel]:
    """The stage on the version, and that it served on the one before, if that says it still does.

    A version before may serve in a later stage too: then its tag names that one, and stays.
    """
    stage = scene.stage
    model, workspace = scene.policy.model, stage.workspace
    tags = {STAGE_TAG: stage.name, f"{OUR_TAGS}promoted": format_time(scene.now)}
    yield TagModel(model=model, version=promotion.version, tags=tags, workspace=workspace)
    champion = scene.evidence.champion
    if champion is not None and champion.tags.get(STAGE_TAG) == stage.name:
        yield TagModel(
            model=model,
            version=champion.version,
            tags={STAGE_TAG: f"{ARCHIVED}{stage.name}"},
            workspace=workspace,
        )


def _unapproved(promotion: Promotion, scene: Scene) -> tuple[Finding, ...]:
    """A run went live without the approvals that the stage needs: its environment has no check."""
    needed = scene.stage.approvals.needed
    count = sum(one.counts for one in promotion.approvals)
    here = scene.stage.approvals.given is ApprovalPlace.DRIFTGATE
    if promotion.let_through is not None or count >= needed or not (promotion.run or here):
        return ()
    return (
        Finding(
            rule=Rule.APPROVAL,
            thing=f"stage/{promotion.stage}",
            verdict=Verdict.FAIL,
            reason="went_live_without",
            sentence=(
                f"{scene.policy.model}:{promotion.version} went live in {promotion.stage} with "
                f"{count} of {needed} approvals; {_mend(promotion)}"
            ),
            n=count,
            n_needed=needed,
            enforced=False,
        ),
    )


def _unapproved_alert(promotion: Promotion, scene: Scene) -> tuple[Alert, ...]:
    found = _unapproved(promotion, scene)
    if not found:
        return ()
    told = replace(promotion, why=found[0].sentence.rstrip("."))
    first = "Add Driftgate's check to the environment of the pipeline."
    if promotion.run is None:
        first = "Find out who deployed it; then approve it, or give its traffic back."
    title = f"{scene.policy.model}:{promotion.version} went live without its approvals"
    return (failed(told, scene, first, title=title),)


def _mend(promotion: Promotion) -> str:
    if promotion.run is None:
        return "whoever deployed it did not wait for them."
    return "add Driftgate's check to the environment of the pipeline, so that it waits for them."


def _first_missing(findings: tuple[Finding, ...]) -> str:
    bad = [f for f in findings if f.enforced and f.verdict is not Verdict.PASS]
    return bad[0].sentence.rstrip(".") if bad else "it is looked at"
