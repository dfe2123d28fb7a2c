"""Marks of one subject's decisions: each change told once, however often it was looked at."""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.domain.event import Check, EventType
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict, worst
from shared.service.history.marks import Link, LinkKind, Mark, MarkKind, mark_of
from shared.service.history.spans import (
    Decision,
    Past,
    data_of,
    decided,
    event_kind,
    happened,
    is_timed,
    is_told_again,
)

_ALERTS = {"PostAlert": MarkKind.ALERT_BEGAN, "ResolveAlert": MarkKind.ALERT_ENDED}
_WATCHED = {
    Check.DRIFT.value: "drift",
    Check.KPI.value: "KPIs",
    Check.HEALTH.value: "health",
    Check.COLLECTION.value: "collected rows",
}
_SAYS = {
    EventType.INTENT_DECLARED.value: Rule.INTENT.value,
    EventType.INTENT_WITHDRAWN.value: Rule.INTENT.value,
    EventType.OVERRIDE_GIVEN.value: Rule.OVERRIDE.value,
    EventType.OVERRIDE_WITHDRAWN.value: Rule.OVERRIDE.value,
}
"""What somebody says is told by the rule that took it in, whatever else was found then."""


def alert_marks(
    decisions: Iterable[Decision], kinds: frozenset[str] | None = None
) -> Iterator[Mark]:
    """Alerts that began and ended, of these kinds or of all."""
    for decision in decisions:
        for action in decision["actions"]:
            kind = _ALERTS.get(action["action"])
            if kind is None or (kinds is not None and action["alert"]["kind"] not in kinds):
                continue
            alert = action["alert"]
            over = f" is over: {action['reason']}." if kind is MarkKind.ALERT_ENDED else "."
            yield mark_of(
                decision,
                kind,
                decided(decision),
                str(alert["kind"]),
                f"{alert['title']}{over}",
                Link(kind=LinkKind.ALERT, target=str(alert["fingerprint"])),
            )


def version_marks(decisions: Iterable[Decision]) -> Iterator[Mark]:
    """Versions registered, and baselines that were kept for them."""
    for decision in decisions:
        if event_kind(decision) == EventType.MODEL_REGISTERED and not is_told_again(decision):
            version, name = str(data_of(decision).get("version", "?")), _name(decision)
            yield mark_of(
                decision,
                MarkKind.VERSION,
                happened(decision),
                version,
                f"{name}:{version} was registered.",
            )
        for action in decision["actions"]:
            if action["action"] == "SaveBaseline":
                yield mark_of(
                    decision,
                    MarkKind.BASELINE,
                    decided(decision),
                    str(action["version"]),
                    f"The training data of {action['model']}:{action['version']} became the "
                    "baseline of its drift.",
                )


def promotion_marks(past: Past) -> Iterator[Mark]:
    """Each change of a promotion's phase and of its rollout, as the decision said it.

    Where older decisions were not read, what a timer finds of a promotion that is met for the first
    time is no change.
    """
    phases: dict[str, object] = {}
    steps: dict[str, object] = {}
    for decision in past.decisions:
        standing = _promotion_of(decision)
        for finding in decision["findings"]:
            told = finding.get("details") or {}
            if finding["rule"] == Rule.PROMOTION.value and "promotion" in told:
                identity, now = str(told["promotion"]), told.get("phase", finding["reason"])
                is_news = identity in phases or not (past.cut and is_timed(decision))
                if phases.get(identity) != now and is_news:
                    yield _promoted(decision, MarkKind.PROMOTION, finding, identity)
                phases[identity] = now
            elif finding["rule"] == Rule.ROLLOUT.value and finding["reason"] != "plan":
                key = standing or str(finding["thing"])
                at = (told.get("status"), told.get("step"))
                is_news = key in steps or not (past.cut and is_timed(decision))
                if steps.get(key) != at and is_news:
                    yield _promoted(decision, MarkKind.ROLLOUT, finding, standing)
                steps[key] = at


def _promotion_of(decision: Decision) -> str:
    """The promotion that a decision tells where it stands; empty where it tells of none."""
    for finding in decision["findings"]:
        told = finding.get("details") or {}
        if finding["rule"] == Rule.PROMOTION.value and "promotion" in told:
            return str(told["promotion"])
    return ""


def _promoted(decision: Decision, kind: MarkKind, finding: Any, identity: str) -> Mark:
    told = finding.get("details") or {}
    link = Link(kind=LinkKind.PROMOTION, target=identity) if identity else None
    about = str(told.get("version") or finding["thing"])
    return mark_of(decision, kind, decided(decision), about, str(finding["sentence"]), link)


def retraining_marks(past: Past) -> Iterator[Mark]:
    """Each change of where a retraining stands."""
    known: dict[str, object] = {}
    for decision in past.decisions:
        for finding in decision["findings"]:
            told = finding.get("details") or {}
            identity = told.get("retraining")
            if finding["rule"] != Rule.RETRAINING.value or not identity:
                continue
            if known.get(identity) != finding["reason"]:
                link = Link(kind=LinkKind.RETRAINING, target=str(identity))
                yield mark_of(
                    decision,
                    MarkKind.RETRAINING,
                    decided(decision),
                    str(told.get("cause") or finding["reason"]),
                    str(finding["sentence"]),
                    link,
                )
            known[identity] = finding["reason"]


def event_marks(decisions: Iterable[Decision]) -> Iterator[Mark]:
    """What came in from outside or was said by somebody, with the worst that was found of it."""
    for decision in decisions:
        if is_timed(decision) or event_kind(decision) == EventType.MODEL_REGISTERED:
            continue
        again = decision["event"].get("replayname")
        upon = f", told again by the replay {again}" if again else ""
        yield mark_of(
            decision,
            MarkKind.EVENT,
            happened(decision) if not again else decided(decision),
            event_kind(decision),
            f"{event_kind(decision)}{upon}: {_found(decision)}",
        )


def verdict_marks(past: Past) -> Iterator[Mark]:
    """Where the verdict of a check that looks again and again became another one.

    What is not decided leaves the verdict before it as it was.
    """
    known: dict[str, str] = {}
    for decision in past.decisions:
        check = data_of(decision).get("check")
        if check not in _WATCHED or is_told_again(decision):
            continue
        verdict = worst(
            Verdict(finding["verdict"])
            for finding in decision["findings"]
            if finding.get("enforced", True)
        ).value
        if verdict == Verdict.INCONCLUSIVE.value:
            continue
        before = known.get(check)
        if before is not None and before != verdict:
            yield mark_of(
                decision,
                MarkKind.VERDICT,
                decided(decision),
                str(check),
                f"The look at {_WATCHED[check]} went from {before} to {verdict}: "
                f"{_found(decision)}",
            )
        known[check] = verdict


def _found(decision: Decision) -> str:
    """The sentence of the worst finding, those that decide before those that are told."""
    rule = _SAYS.get(event_kind(decision))
    said = [finding for finding in decision["findings"] if finding["rule"] == rule]
    findings = said or decision["findings"]
    if not findings:
        return "nothing reacts to it."
    deciding = [one for one in findings if one.get("enforced", True)] or findings
    verdict = worst(Verdict(one["verdict"]) for one in deciding)
    return next(str(one["sentence"]) for one in deciding if one["verdict"] == verdict.value)


def _name(decision: Decision) -> str:
    return str(decision["event"]["subject"]).partition("/")[2]
