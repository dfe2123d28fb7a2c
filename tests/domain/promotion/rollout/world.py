"""An endpoint whose traffic a rollout moves, with gates that say what a test wants them to say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.action import ShiftTraffic
from shared.domain.decisions.gates import Judged
from shared.domain.decisions.promotion.rollout import begin, roll
from shared.domain.decisions.promotion.step import Scene
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence.promotion import EndpointReading, PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy, RolloutMode, RolloutPolicy, StagePolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment, Endpoint, ModelVersion

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Gates:
    """What the gates at a step say, put in place of the registered ones."""

    def __init__(self):
        self.verdicts = {"canary": Verdict.PASS, "calendar": Verdict.PASS, "errors": Verdict.PASS}
        self.people_must, self.again = False, 5 * MINUTE

    def run(self, case, overrides=(), only=None):
        from shared.domain.decisions.gates.running import Gated
        from shared.domain.verdict import worst

        names = [name for name in self.verdicts if only is None or name in only]
        judged = [self._judged(name, case) for name in names]
        held = {gate for one in overrides if one.holds(case.at) for gate in one.gates}
        findings = tuple(
            replace(one.finding, enforced=one.finding.thing.split("/")[1] not in held)
            for one in judged
        )
        verdict = worst(finding.verdict for finding in findings if finding.enforced)
        again = None if self.people_must else case.at + self.again
        return Gated(findings=findings, verdict=verdict, look_again=again)

    def _judged(self, name, case):
        verdict = self.verdicts[name]
        finding = Finding(
            rule=Rule.CANARY_GATE,
            thing=f"gate/{name}",
            verdict=verdict,
            reason=verdict.value,
            sentence=f"The gate {name} says {verdict.value} of {case.named} by 0.031 of 0.01.",
        )
        return Judged(finding=finding)


class World:
    """`ep` with blue serving and green carrying the candidate loan:8; changes are carried out."""

    def __init__(self, gates, *, traffic=None, mirrored=None, endpoint="ep", **rollout):
        rollout = {"mode": RolloutMode.ACT, **rollout}
        self.gates = gates
        self.policy = Policy(model="loan", owner="risk")
        self.stage = StagePolicy(
            name="production", endpoint=endpoint, rollout=RolloutPolicy(**rollout)
        )
        self.deployments = {
            "blue": Deployment(
                name="blue", provisioning_state="Succeeded", model="loan", version="7"
            ),
            "green": Deployment(
                name="green", provisioning_state="Succeeded", model="loan", version="8"
            ),
        }
        self.traffic = {"blue": 100.0} if traffic is None else traffic
        self.mirror = mirrored or {}
        self.state, self.changed = "Succeeded", None
        self.reading, self.unread = {}, False
        self.overrides = ()
        self.candidate = ModelVersion(name="loan", version="8")
        self.now = NOON
        self.promotion = Promotion(
            version="8", stage="production", phase=Phase.RUNNING, begun=NOON - HOUR, since=NOON
        )
        self.open, self.done, self.issued = [], [], []

    def endpoint(self):
        return Endpoint(
            name="ep",
            provisioning_state=self.state,
            traffic=dict(self.traffic),
            mirror_traffic=dict(self.mirror),
            deployments=tuple(self.deployments.values()),
            changed=self.changed,
        )

    def look(self, event=None, after=None):
        """One look, now or `after` so long; keeps the promotion and the changes it asks for."""
        if after is not None:
            self.now += after
        read = {"endpoint": self.endpoint(), **self.reading}
        reading = EndpointReading(**{"name": "ep", "taken": self.now, **read})
        target = None if self.unread else reading
        scene = Scene(
            event=event or check_due(Check.PROMOTION, "model/loan", self.now),
            evidence=PromotionEvidence(taken=self.now, candidate=self.candidate, target=target),
            policy=self.policy,
            stage=self.stage,
            overrides=self.overrides,
            now=self.now,
        )
        step = (roll if self.promotion.phase is Phase.ROLLING else begin)(self.promotion, scene)
        self.promotion, self.step = step.promotion, step
        asked = [action for action in step.actions if isinstance(action, ShiftTraffic)]
        self.issued += asked
        self.open += asked
        return step

    def carry_out(self, order=None):
        """As whoever consumes the queue does: compare, write, say."""
        order = self.open.pop(0) if order is None else order
        if self.now > order.until:
            return None
        found = (self.traffic, self.mirror)
        if found == (dict(order.traffic), dict(order.mirror)):
            return self.says(order)
        if found != (dict(order.expected), dict(order.expected_mirror)):
            return self.refuses(order, "changed")
        self.write(order.traffic, order.mirror)
        self.done.append(order)
        return self.says(order)

    def write(self, traffic, mirror=None):
        self.traffic, self.mirror = dict(traffic), dict(mirror or {})
        self.changed = self.now

    def says(self, order):
        return self._event(EventType.TRAFFIC_SHIFTED, f"shifted-{order.order}", order)

    def refuses(self, order, reason, sentence="Azure says no."):
        told = {"reason": reason, "sentence": sentence}
        return self._event(EventType.TRAFFIC_SHIFT_REFUSED, f"not-{order.order}", order, **told)

    def _event(self, kind, name, order, **more):
        data = {"order": order.order, "endpoint": "ep", **more}
        data |= {"traffic": dict(self.traffic), "mirror": dict(self.mirror)}
        return Event(
            id=name,
            source="driftgate/promotion",
            type=kind,
            subject="model/loan",
            time=self.now,
            data=data,
        )

    def step_through(self, steps):
        """So many steps asked for, carried out and baked; the gates pass."""
        for _ in range(steps):
            self.look()
            self.look(self.carry_out(), after=MINUTE)
            self.now += HOUR
        return self.promotion.rollout

    @property
    def status(self):
        rollout = self.promotion.rollout
        return None if rollout is None else rollout.status.value

    def reasons(self):
        return [f.reason for f in self.step.findings if f.rule is Rule.ROLLOUT]

    def alerts(self):
        return [
            (alert.labels["cause"], alert.severity.value, alert.title) for alert in self.step.alerts
        ]
