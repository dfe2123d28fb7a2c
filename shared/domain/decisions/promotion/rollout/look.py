"""One look at a rollout: what it is, what its endpoint has now, and how what follows is said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import Action
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.gates import Case, Moment
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.routing.route import is_unfinished
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.finding import Finding, Rule
from shared.domain.policy import RolloutPolicy
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus, TrafficStep
from shared.domain.splits import live
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration
from shared.domain.world import Endpoint, ModelVersion

AGAIN = timedelta(minutes=5)
"""The timer of open promotions comes that often."""
_OLDEST = timedelta(minutes=15)
_PHASES = {RolloutStatus.COMPLETE: Phase.WATCHED, RolloutStatus.RETURNED: Phase.ROLLED_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A rollout with its endpoint as it was just read, or as far as it is known."""

    promotion: Promotion
    rollout: Rollout
    scene: Scene
    endpoint: Endpoint

    @property
    def now(self) -> datetime:
        """The time it is."""
        return self.scene.now

    @property
    def policy(self) -> RolloutPolicy:
        """What the stage says of rollouts."""
        return self.scene.stage.rollout

    @property
    def named(self) -> str:
        """The version as people write it."""
        return f"{self.scene.policy.model}:{self.promotion.version}"

    @property
    def live(self) -> TrafficStep:
        """The shares as read."""
        return live(self.endpoint)

    @property
    def in_force(self) -> TrafficStep:
        """The shares that the last step set: what must be found while nothing is asked for."""
        return self.rollout.in_force

    def has(self, deployment: str) -> bool:
        """Whether a deployment is there."""
        return any(one.name == deployment for one in self.endpoint.deployments)

    @property
    def is_carried(self) -> bool:
        """Whether the deployment that gets the traffic is there and carries no other version."""
        model, version = self.scene.policy.model, self.promotion.version
        return any(
            (one.model or model, one.version or version) == (model, version)
            for one in self.endpoint.deployments
            if one.name == self.rollout.deployment
        )

    def case(self, candidate: ModelVersion) -> Case:
        """What the gates are asked at a step."""
        return Case(
            policy=self.scene.policy,
            stage=self.scene.stage,
            candidate=candidate,
            evidence=self.scene.evidence,
            moment=Moment.STEP,
            at=self.now,
            tried=self.endpoint.name,
            promotion=self.promotion,
        )

    def turned(self, **changes: Any) -> "Look":
        """The same look with a rollout that has changed."""
        rollout = replace(self.rollout, **changes)
        return replace(self, rollout=rollout, promotion=replace(self.promotion, rollout=rollout))

    def says(
        self,
        verdict: Verdict,
        reason: str,
        sentence: str,
        *,
        alerts: Iterable[Alert] = (),
        actions: Iterable[Action] = (),
        findings: Iterable[Finding] = (),
        look_again: datetime | None = None,
        plan: dict[str, Any] | None = None,
    ) -> Step:
        """What follows for the promotion: its phase, why, and the finding of the rollout."""
        rollout, unread = self.rollout, is_unfinished(self.endpoint.provisioning_state)
        step = rollout.steps[rollout.at] if 0 <= rollout.at < len(rollout.steps) else None
        finding = Finding(
            rule=Rule.ROLLOUT,
            thing=f"endpoint/{rollout.endpoint}",
            verdict=verdict,
            reason=reason,
            sentence=sentence,
            statistic="traffic_percent",
            estimate=None if unread else self.live.traffic.get(rollout.deployment, 0.0),
            limit=step.traffic.get(rollout.deployment, 0.0) if step is not None else None,
            details={
                "status": rollout.status.value,
                "step": rollout.at + 1,
                "steps": len(rollout.steps),
                **({"plan": plan} if plan is not None else {}),
            },
        )
        return Step(
            promotion=entered(replace(self.promotion, why=sentence.rstrip(".")), rollout, self.now),
            findings=(*findings, finding),
            actions=tuple(actions),
            alerts=tuple(alerts),
            look_again=look_again,
        )

    def alert(
        self, cause: str, severity: Severity, title: str, text: str, first_step: str
    ) -> Alert:
        """A rollout that needs people; `cause` keeps different problems apart."""
        return stopped_alert(
            self.promotion,
            self.scene,
            cause,
            severity,
            title,
            text,
            first_step,
            since=self.rollout.since or self.rollout.planned,
            endpoint=self.rollout.endpoint,
        )


def entered(promotion: Promotion, rollout: Rollout, now: datetime) -> Promotion:
    """The promotion with its rollout, in the phase that goes with it."""
    phase = _PHASES.get(rollout.status, Phase.ROLLING)
    since = promotion.since if promotion.phase is phase else now
    return replace(promotion, rollout=rollout, phase=phase, since=since)


def stopped_alert(
    promotion: Promotion,
    scene: Scene,
    cause: str,
    severity: Severity,
    title: str,
    text: str,
    first_step: str,
    *,
    since: datetime,
    endpoint: str,
) -> Alert:
    """The one kind of alert that a rollout has."""
    owner = f" Owner: {scene.policy.owner}." if scene.policy.owner else ""
    return Alert(
        kind=AlertKind.ROLLOUT_STOPPED,
        subject=f"model/{scene.policy.model}",
        severity=severity,
        title=title,
        text=f"{text}{owner}",
        first_step=first_step,
        since=since,
        labels={
            "model": scene.policy.model,
            "version": promotion.version,
            "stage": promotion.stage,
            "endpoint": endpoint,
            "cause": cause,
        },
    )


def blind(reading: EndpointReading | None, name: str, now: datetime) -> str | None:
    """Why the endpoint is not known as it is now; None when it is."""
    if reading is None:
        return f"Endpoint {name} was not read."
    if reading.name != name:
        return (
            f"The traffic was moved on {name}, and the policy names {reading.name} now; name "
            f"{name} again until the rollout has ended."
        )
    if reading.problem is not None:
        return reading.problem
    if reading.endpoint is None:
        return f"Endpoint {name} could not be read."
    age = now - reading.taken
    if abs(age) > _OLDEST:
        return f"What is known of endpoint {name} is {spell_duration(abs(age))} away from now."
    state = reading.endpoint.provisioning_state
    if is_unfinished(state):
        return f"Endpoint {name} is {state}; until that ends its shares cannot be told or changed."
    return None
