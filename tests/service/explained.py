"""A night with one idle deployment: raised, routed, told, silenced, taken on, over, told of."""

from datetime import timedelta

from shared.domain.canonical import to_plain
from shared.domain.decision import Decision
from shared.domain.event import Check, check_due
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.service.explaining import explain
from shared.service.people.silences import declare
from shared.service.service import Service
from tests.conftest import NOON

FLEET = """receivers:
  - {name: on-call, channel: log}
  - {name: team, channel: log}
routes:
  - {to: [on-call], severity: [critical], group_by: [endpoint], continue: true}
  - {to: [team]}
"""
POLICY = "model: loan-default\nendpoint: loan-endpoint\n"
DEPLOYMENTS = (
    '{blue: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}, '
    'green: {model: "loan-default:8", changed: 2026-02-03T11:00:00Z}}'
)
ENDPOINT, SCOPE = "endpoint/loan-endpoint", "alerts/loan-default"


def commit(ledger, thing, *, subject, state=None, at=NOON, actions=(), **finding):
    """A decision with one finding, as a subject would have committed it."""
    found = Finding(
        **{
            "rule": Rule.RETRAINING,
            "thing": thing,
            "verdict": Verdict.PASS,
            "reason": "told",
            "sentence": f"Something of {thing}.",
            **finding,
        }
    )
    decision = Decision(
        event=check_due(Check.ALERTS, subject, at, {"of": thing}),
        findings=(found,),
        actions=actions,
        evidence_hash="e" * 64,
        policy_hash=None,
        decided=at,
        previous="",
        state="",
    )
    before = ledger.state(subject)
    ledger.commit(
        subject=subject,
        version=before.version,
        event_key=decision.event.key,
        now=at,
        decision={**decision.to_json(), "messages": [None] * len(actions)},
        state=before.state if state is None else to_plain(state),
        messages=[],
    )
    return decision.to_json()


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

    def told(self):
        """The idle deployment is found, and its first notices have reached people."""
        self.look()
        self.pass_time(seconds=31)
        return self

    def silence(self, matchers="kind=no_traffic", lasts="2h"):
        said = declare(
            self.service,
            self.ledger,
            self.application.policies,
            matchers,
            author="anna",
            reason="known rollout",
            lasts=lasts,
            until=None,
            starts=None,
            until_resolved=False,
            now=self.now,
            via="test",
        )
        self.scene.drain()
        return said["id"]

    def give_traffic(self):
        self.scene.endpoint("{blue: 50, green: 50}", DEPLOYMENTS)
        self.look()
        self.pass_time(minutes=5)

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
