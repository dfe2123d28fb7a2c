"""A rollout as it was planned, and as it went by what was decided on the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.promotion import Rollout, RolloutStatus, TrafficStep
from shared.domain.verdict import Verdict, worst
from shared.service.promotion_story.concerning import findings_of, is_gate
from shared.service.promotion_story.story import RolloutTold, Shares, StepState, StepTold

_SHIFTED = EXTENSION_PREFIX + EventType.TRAFFIC_SHIFTED.value
_OVER = frozenset({RolloutStatus.RETURNING, RolloutStatus.RETURNED, RolloutStatus.STOPPED})
_MOST_SENTENCES = 3


def rollout_of(rollout: Rollout, decisions: Sequence[Mapping[str, Any]]) -> RolloutTold:
    """Each step with its shares, when they came, and the last judgement there.

    `decisions` are those of the promotion, oldest first. When a step came is told by the event
    that its traffic was shifted; the one in force is known without.
    """
    moved = [
        (parse_time(d["event"]["time"]), _shares(d)) for d in decisions if _shifted(d, rollout)
    ]
    starts = [_start(index, rollout, moved) for index in range(len(rollout.steps))]
    steps = tuple(_step(index, rollout, starts, decisions) for index in range(len(rollout.steps)))
    return RolloutTold(
        endpoint=rollout.endpoint,
        deployment=rollout.deployment,
        status=rollout.status.value,
        why=rollout.why,
        steps=steps,
        shares=(*_seen(rollout, steps, moved), *_planned(steps)),
    )


def _shifted(decision: Mapping[str, Any], rollout: Rollout) -> bool:
    event = decision["event"]
    return bool(event["type"] == _SHIFTED and event["data"].get("endpoint") == rollout.endpoint)


def _shares(decision: Mapping[str, Any]) -> TrafficStep:
    data = decision["event"]["data"]
    return TrafficStep(
        traffic=dict(data.get("traffic") or {}), mirror=dict(data.get("mirror") or {})
    )


def _start(
    index: int, rollout: Rollout, moved: Sequence[tuple[datetime, TrafficStep]]
) -> datetime | None:
    if index > rollout.at:
        return None
    found = [time for time, step in moved if _same(step, rollout.steps[index])]
    if found:
        return found[0]
    return rollout.since if index == rollout.at and rollout.status not in _OVER else None


def _same(one: TrafficStep, other: TrafficStep) -> bool:
    return _positive(one.traffic) == _positive(other.traffic) and (
        _positive(one.mirror) == _positive(other.mirror)
    )


def _positive(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: float(share) for name, share in shares.items() if share}


def _step(
    index: int,
    rollout: Rollout,
    starts: Sequence[datetime | None],
    decisions: Sequence[Mapping[str, Any]],
) -> StepTold:
    step = rollout.steps[index]
    start = starts[index]
    end = next((time for time in starts[index + 1 :] if time is not None), None)
    findings = () if start is None else _judged(decisions, start, end)
    return StepTold(
        number=index + 1,
        traffic=step.traffic,
        mirror=step.mirror,
        bake=timedelta(seconds=step.bake),
        state=_state(index, rollout),
        at=start,
        verdict=worst(f.verdict for f in findings if f.enforced) if findings else None,
        sentences=_told(findings),
    )


def _state(index: int, rollout: Rollout) -> StepState:
    if rollout.status is RolloutStatus.COMPLETE or index < rollout.at:
        return StepState.DONE
    if rollout.status in _OVER:
        return StepState.DONE if index == rollout.at else StepState.NOT_REACHED
    return StepState.NOW if index == rollout.at else StepState.TO_COME


def _judged(
    decisions: Sequence[Mapping[str, Any]], start: datetime, end: datetime | None
) -> tuple[Finding, ...]:
    """The last judgement in [start, end], by the gates and the rollout itself."""
    for decision in reversed(decisions):
        decided = parse_time(decision["decided"])
        if decided < start or (end is not None and decided >= end):
            continue
        findings = tuple(
            finding
            for finding in findings_of(decision)
            if is_gate(finding) or finding.rule is Rule.ROLLOUT
        )
        if findings:
            return findings
    return ()


def _told(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What did not pass; where all passed, what the rollout says, or else the first gate."""
    open_ = [finding.sentence for finding in findings if finding.verdict is not Verdict.PASS]
    said = [finding.sentence for finding in findings if finding.rule is Rule.ROLLOUT]
    first = [finding.sentence for finding in findings[:1]]
    return tuple((open_ or said or first)[:_MOST_SENTENCES])


def _seen(
    rollout: Rollout, steps: Sequence[StepTold], moved: Sequence[tuple[datetime, TrafficStep]]
) -> list[Shares]:
    """The shares before, and every split that was in force since."""
    known = list(moved)
    times = {time for time, _ in moved}
    known += [
        (step.at, rollout.steps[step.number - 1])
        for step in steps
        if step.at is not None and step.at not in times
    ]
    seen = [Shares(traffic=rollout.before.traffic, at=rollout.planned, label="before")]
    for time, shares in sorted(known, key=lambda one: one[0]):
        found = [s.number for s in steps if _same(shares, rollout.steps[s.number - 1])]
        label = f"step {found[0]}" if found else "as set"
        if not found and _positive(shares.traffic) == _positive(rollout.before.traffic):
            label = "returned"
        seen.append(Shares(traffic=shares.traffic, at=time, label=label))
    return seen


def _planned(steps: Sequence[StepTold]) -> list[Shares]:
    return [
        Shares(traffic=step.traffic, label=f"step {step.number}")
        for step in steps
        if step.state is StepState.TO_COME
    ]
