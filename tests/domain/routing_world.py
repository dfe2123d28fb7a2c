"""An endpoint that a test changes and looks at again and again."""

from datetime import UTC, datetime, timedelta

from shared.domain.action import PostAlert, ResolveAlert, ScheduleCheck
from shared.domain.decisions.routing import decide_routing
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import RoutingEvidence
from shared.domain.people.intent import intent_declared
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.world import Deployment, Endpoint

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class World:
    """The endpoint `ep` with its policy, its state kept between the looks."""

    def __init__(self, **routing):
        self.policy = Policy(model="loan", endpoint="ep", routing=RoutingPolicy(**routing))
        self.state = SubjectState()
        self.deployments = {}
        self.traffic, self.mirror, self.requests = {}, {}, None
        self.endpoint_state, self.endpoint_changed = "Succeeded", None
        self.evidence = {}

    def deploy(self, name, state="Succeeded", *, version="7", changed=NOON, **more):
        self.deployments[name] = Deployment(
            name=name,
            provisioning_state=state,
            model="loan",
            version=version,
            changed=changed,
            **more,
        )

    def endpoint(self):
        return Endpoint(
            name="ep",
            provisioning_state=self.endpoint_state,
            traffic=dict(self.traffic),
            mirror_traffic=dict(self.mirror),
            deployments=tuple(self.deployments.values()),
            changed=self.endpoint_changed,
        )

    def look(self, at, event=None, *, now=None):
        """What this look posts and resolves: (`+` or `-`, kind, deployment)."""
        now = now or at
        facts = {
            "endpoint": self.endpoint(),
            "requests": self.requests,
            "observed_since": at - HOUR,
            **self.evidence,
        }
        event = event or check_due(Check.ROUTING, "endpoint/ep", at)
        evidence = RoutingEvidence(taken=now, **facts)
        self.outcome = decide_routing(event, evidence, self.policy, self.state, now)
        self.state = self.outcome.state
        signs = {PostAlert: "+", ResolveAlert: "-"}
        return [
            (signs[type(action)], action.alert.kind.value, action.alert.labels.get("deployment"))
            for action in self.outcome.actions
            if type(action) in signs
        ]

    def vanish(self):
        """The endpoint is listed no more."""
        self.evidence = {"endpoint": None, "gone": True, "problem": "There is no endpoint ep."}

    def finding(self, reason, thing=None):
        return next(
            f
            for f in self.outcome.findings
            if f.reason == reason and (thing is None or f.thing == thing)
        )

    def reasons(self):
        return {finding.reason for finding in self.outcome.findings}

    def posted(self):
        return [a.alert for a in self.outcome.actions if isinstance(a, PostAlert)]

    def over(self):
        """Why what ended with the last look ended."""
        return [a.reason for a in self.outcome.actions if isinstance(a, ResolveAlert)]

    def asked(self):
        """The times at which the last look asks to look again."""
        return [a.event.time for a in self.outcome.actions if isinstance(a, ScheduleCheck)]

    def firing(self):
        return {
            (record.alert.kind.value, record.alert.labels.get("deployment"))
            for record in self.state.alerts.values()
            if record.status is AlertStatus.FIRING
        }


def event(kind, at, *, correlation=None, **data):
    return Event(
        id=f"{kind}-{at.isoformat()}",
        source="test",
        type=kind,
        subject="endpoint/ep",
        time=at,
        data={"endpoint": "ep", **data},
        correlation_id=correlation,
    )


def changed(at, by=None, **data):
    """Somebody wrote the endpoint."""
    return event(EventType.TRAFFIC_CHANGED, at, **({"by": by} if by else {}), **data)


def said(at, *, until, since=None, author="anna", reason="auditors", **what):
    """An intent of `anna`, said at a time."""
    return intent_declared(
        "ep", author=author, reason=reason, since=since or at, until=until, now=at, **what
    )


def blue_serves_and_green_is_new(**routing):
    """Blue serves for long, green is complete and new; both were looked at once."""
    world = World(**routing)
    world.deploy("blue", changed=NOON - 30 * DAY)
    world.traffic = {"blue": 100.0}
    world.look(NOON - DAY)
    world.deploy("green", version="8")
    return world
