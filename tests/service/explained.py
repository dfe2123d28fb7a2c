"""A night with one idle deployment: raised, routed, told, silenced, taken on, over, told of."""

from datetime import timedelta

from shared.domain.event import Check, Event, EventType, check_due
from shared.service.explaining import explain
from shared.service.service import Service

FLEET = """receivers:
  - {name: on-call, channel: pagerduty, secret: PAGER}
  - {name: team, channel: teams, secret: TEAM}
hours: {nights: {hours: "22:00-06:00"}}
routes:
  - {to: [on-call], severity: [critical], group_by: [endpoint], continue: true}
  - {to: [team], mute: [nights]}
"""
POLICY = "model: loan-default\nendpoint: loan-endpoint\n"
DEPLOYMENTS = (
    '{blue: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}, '
    'green: {model: "loan-default:8", changed: 2026-02-03T11:00:00Z}}'
)
ENDPOINT, SCOPE = "endpoint/loan-endpoint", "alerts/loan-default"


class Night:
    """An application with a fleet, moved on by hand; deliveries are said as a channel would."""

    def __init__(self, scene, fleet=FLEET):
        self.scene, self.application = scene, scene.application
        self.service: Service = scene.application.service
        self.ledger = scene.application.ledger
        scene.policy(POLICY)
        if fleet is not None:
            scene.write("policies/fleet.yaml", fleet)
        scene.endpoint("{blue: 100, green: 0}", DEPLOYMENTS)

    @property
    def now(self):
        return self.scene.clock.now

    def pass_time(self, **span):
        self.scene.clock.advance(timedelta(**span))
        self.scene.drain()

    def look(self, check=Check.ROUTING):
        self.service.fan_out(check)
        self.scene.drain()

    def say(self, kind, subject, said, **data):
        self.service.say(
            Event(id=said, source="test", type=kind, subject=subject, time=self.now, data=data),
            via="test",
        )
        self.scene.drain()

    def delivered(self, receiver):
        """The channel took the last notice that was sent to it."""
        notice, order = self.last_sent(receiver)
        self.say(
            EventType.NOTICE_DELIVERED,
            f"receiver/{receiver}",
            f"d-{order}",
            notice=notice["id"],
            group=notice["group"],
            order=order,
            reference={},
            tokens=0,
        )

    def last_sent(self, receiver):
        for decision in self.ledger.decisions(f"receiver/{receiver}"):
            for action in decision["actions"]:
                if action["action"] == "Deliver":
                    return action["notice"], action["order"]
        raise AssertionError(f"nothing was sent to {receiver}")

    def ask(self, scope=SCOPE):
        """A look at the scope, as its timer asks for it."""
        self.scene.send(check_due(Check.ALERTS, scope, self.now).to_cloud_event())

    @property
    def fingerprint(self):
        [one] = self.ledger.state(ENDPOINT).state["alerts"]
        return one

    def explain(self, text):
        application = self.application
        return explain(
            text,
            ledger=application.ledger,
            archive=application.archive,
            policies=application.policies,
            now=self.now,
        )
