"""A fleet with one receiver and an alert that fires, moved on look by look."""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import to_plain
from shared.domain.event import Event, EventType
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.service.codec import decode

FLEET = "receivers: [{name: ops, channel: log}]\ndefault: ops\n"
SCOPE = "alerts/endpoint.ep"


def alert(kind="errors", deployment="green"):
    return Alert(
        kind=AlertKind(kind),
        subject="endpoint/ep",
        severity=Severity.CRITICAL,
        title=f"{deployment} of ep has {kind}",
        text="Calls fail.",
        first_step="Read its log.",
        since=None,
        labels={"endpoint": "ep", "deployment": deployment},
    )


class Fleet:
    """What the tests change: which alerts fire, and what time it is."""

    def __init__(self, scene, fleet=FLEET):
        self.scene, self.application = scene, scene.application
        self.ledger, self.service = self.application.ledger, self.application.service
        self.firing = {}
        if fleet is not None:
            scene.write("policies/fleet.yaml", fleet)

    @property
    def now(self):
        return self.scene.clock.now

    def raise_(self, *alerts):
        for one in alerts:
            self._tell(one, EventType.ALERT_RAISED, {}, AlertStatus.FIRING)
        return self.work()

    def end(self, *alerts):
        for one in alerts:
            self._tell(one, EventType.ALERT_ENDED, {"over": "calls succeed"}, AlertStatus.RESOLVED)
        return self.work()

    def _tell(self, one, kind, more, status):
        """As its subject does: in its own state first, then to the scope."""
        one = Alert(
            **{name: getattr(one, name) for name in Alert.__slots__ if name != "since"},
            since=self.now,
        )
        over = status is AlertStatus.RESOLVED
        self.firing[one.fingerprint] = AlertRecord(
            alert=one,
            status=status,
            posted=self.now,
            resolved=self.now if over else None,
            reason="calls succeed" if over else None,
        )
        event = Event(
            id=f"{kind}-{one.fingerprint}-{self.now.isoformat()}",
            source="driftgate/endpoint/ep",
            type=kind,
            subject=SCOPE,
            time=self.now,
            data={"of": "endpoint/ep", "decision": "d", "alert": to_plain(one), **more},
        )
        self.ledger.commit(
            subject="endpoint/ep",
            version=self.ledger.state("endpoint/ep").version,
            event_key=event.id,
            now=self.now,
            decision={},
            state=to_plain(SubjectState(alerts=self.firing)),
            messages=[],
        )
        self.service.say(event, via="test")

    def work(self):
        """Decide what is due; what goes to receivers is told: why, and of which kinds."""
        told = []

        def handle(body):
            if body["subject"].startswith("receiver/"):
                notice = body["data"]["notice"]
                kinds = [f"{'-' if one['ended'] else '+'}{one['kind']}" for one in notice["alerts"]]
                told.append((notice["reason"], *kinds))
            else:
                self.service.handle(body)

        self.application.worker({"checks": handle}).drain()
        return told

    def wait(self, **span):
        self.scene.clock.advance(timedelta(**span))
        return self.work()

    def state(self, subject):
        return decode(self.ledger.state(subject).state, SubjectState)

    def last(self, subject):
        """The sentences of its last decision."""
        return [one["sentence"] for one in self.scene.last(subject)["findings"]]
