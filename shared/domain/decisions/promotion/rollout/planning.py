"""Which deployment carries the version, and the steps by which it gets the traffic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import format_time
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.routing.route import FAILED, SUCCEEDED
from shared.domain.policy import RolloutPolicy
from shared.domain.promotion import Rollout, RolloutStatus, TrafficStep
from shared.domain.splits import live, split, whole
from shared.domain.wording import spell_duration, spell_list
from shared.domain.world import Deployment, Endpoint

_MOST_MIRRORED = 50.0
_ROUNDING = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlan:
    """Why there is none: a word, a sentence, and whether time alone may mend it."""

    reason: str
    sentence: str
    passing: bool = True


def plan(
    endpoint: Endpoint, model: str, version: str, policy: RolloutPolicy, now: datetime
) -> Rollout | NoPlan:
    """The way from the present split to all traffic for the version's deployment.

    Of several the newest complete one is taken. A mirror comes first, since Azure lets no
    deployment have mirrored and live traffic at once. Steps at or below what the deployment has
    already are left out. Where nobody has traffic there is nothing to share: one step to 100 %.
    """
    carrier = _carrier(endpoint, model, version)
    if isinstance(carrier, NoPlan):
        return carrier
    before = live(endpoint)
    total = sum(before.traffic.values())
    if before.traffic and abs(total - 100.0) > _ROUNDING:
        return NoPlan(
            reason="shares_impossible",
            sentence=(
                f"The shares of {endpoint.name} sum to {total:g} % ({spell_split(before)}); "
                "they have to sum to 100 before steps can be planned."
            ),
        )
    if before.traffic:
        before = TrafficStep(traffic=whole(before.traffic, 100), mirror=before.mirror)
    others_mirror = {name: share for name, share in before.mirror.items() if name != carrier.name}
    mirrored = _mirror_step(carrier, before, policy)
    if mirrored and others_mirror:
        return NoPlan(
            reason="mirror_taken",
            sentence=(
                f"{endpoint.name} mirrors to {spell_list(sorted(others_mirror))}, and Azure "
                f"mirrors to one deployment only; end that, or set the rollout's mirror to 0."
            ),
        )
    shares = _shares(policy, before.traffic.get(carrier.name, 0.0), first=not before.traffic)
    steps = tuple(
        TrafficStep(
            traffic=split(before.traffic, carrier.name, share),
            mirror=others_mirror,
            bake=policy.bake.total_seconds(),
        )
        for share in shares
    )
    return Rollout(
        endpoint=endpoint.name,
        deployment=carrier.name,
        before=before,
        steps=(*mirrored, *steps),
        status=RolloutStatus.PLANNED,
        planned=now,
    )


def same_plan(one: Rollout, other: Rollout) -> bool:
    """Whether two plans do the same, whenever they were made."""
    return (one.endpoint, one.deployment, one.before, one.steps) == (
        other.endpoint,
        other.deployment,
        other.before,
        other.steps,
    )


def times(rollout: Rollout, policy: RolloutPolicy) -> tuple[datetime, ...]:
    """When each step begins at the earliest, and when the last may be judged."""
    at = rollout.planned + policy.shown_for
    found = [at]
    for step in rollout.steps:
        at += timedelta(seconds=step.bake)
        found.append(at)
    return tuple(found)


def details(rollout: Rollout, policy: RolloutPolicy) -> dict[str, Any]:
    """The whole plan in plain values, for a finding and for whoever asks to see it."""
    begins = times(rollout, policy)
    return {
        "endpoint": rollout.endpoint,
        "deployment": rollout.deployment,
        "mode": policy.mode.value,
        "before": _shown(rollout.before),
        "steps": [
            {**_shown(step), "bake_seconds": step.bake, "not_before": format_time(begins[index])}
            for index, step in enumerate(rollout.steps)
        ],
        "planned": format_time(rollout.planned),
        "acts_from": format_time(begins[0]),
        "done_not_before": format_time(begins[-1]),
    }


def spell_plan(rollout: Rollout) -> str:
    """The steps in one line: `blue 90 %, green 10 % for 1 h; green 100 % for 1 h`."""
    return "; ".join(
        f"{spell_split(step)} for {spell_duration(timedelta(seconds=step.bake))}"
        for step in rollout.steps
    )


def _shown(step: TrafficStep) -> Mapping[str, Any]:
    return {"traffic": dict(step.traffic), "mirror": dict(step.mirror)}


def _carrier(endpoint: Endpoint, model: str, version: str) -> Deployment | NoPlan:
    named = f"{model}:{version}"
    found = [d for d in endpoint.deployments if (d.model, d.version) == (model, version)]
    if not found:
        carried = [f"{d.name} {d.model}:{d.version}" for d in endpoint.deployments if d.model]
        return NoPlan(
            reason="no_deployment",
            sentence=(
                f"No deployment of {endpoint.name} carries {named}; "
                f"there are {spell_list(carried) or 'none whose model is known'}."
            ),
        )
    complete = [d for d in found if d.provisioning_state.casefold() == SUCCEEDED]
    if not complete:
        states = spell_list([f"{d.name} is {d.provisioning_state}" for d in found])
        who = f"No deployment of {endpoint.name} that carries {named}"
        failed = all(d.provisioning_state.casefold() in FAILED for d in found)
        return NoPlan(
            reason="deployment_failed" if failed else "deployment_unfinished",
            sentence=f"{who} is complete: {states}.",
            passing=not failed,
        )
    return max(complete, key=_age)


def _age(deployment: Deployment) -> tuple[float, float, str]:
    """Made last, else written last, else by name: something that is the same at each look."""
    made, written = deployment.created, deployment.changed
    return (
        made.timestamp() if made is not None else 0.0,
        written.timestamp() if written is not None else 0.0,
        deployment.name,
    )


def _mirror_step(
    carrier: Deployment, before: TrafficStep, policy: RolloutPolicy
) -> tuple[TrafficStep, ...]:
    """A mirror before anything else, where somebody has traffic and the deployment has none."""
    per_cent = min(_MOST_MIRRORED, float(round(policy.mirror)))
    if per_cent <= 0 or not before.traffic or before.traffic.get(carrier.name, 0.0) > 0:
        return ()
    step = TrafficStep(
        traffic=before.traffic,
        mirror={carrier.name: per_cent},
        bake=policy.mirror_for.total_seconds(),
    )
    return (step,)


def _shares(policy: RolloutPolicy, present: float, *, first: bool) -> list[float]:
    """The per cents of the steps: whole, rising, above the present one, 100 the last."""
    if first:
        return [100.0]
    asked = {min(100.0, max(1.0, float(round(share)))) for share in policy.steps}
    return sorted(share for share in {*asked, 100.0} if share > present)
