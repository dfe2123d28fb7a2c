"""An endpoint that cannot be read: deleted, never made, or an error and never a pass."""

from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.routing.refused import deletion, judge_refused, refusals_after
from shared.domain.decisions.routing.schedule import next_look
from shared.domain.decisions.settle import settle
from shared.domain.event import Event, EventType
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict

_REFUSED = frozenset({AlertKind.ENDPOINT_FAILED, AlertKind.DEPLOYMENT_FAILED})


def decide_absent(
    event: Event, evidence: RoutingEvidence, state: SubjectState, at: datetime, now: datetime
) -> Outcome:
    """What becomes of an endpoint that is not there.

    One that was deleted, as its event told or as the list of endpoints shows of one that was read
    before, ends everything about it. ModelDeployed is also sent for services that are no online
    endpoints, which nobody watches. Otherwise it is an error; what Azure refused to make is told.
    """
    known = bool(state.checks) or event.type is EventType.DEPLOYMENT_DELETED
    if event.type is EventType.MODEL_DEPLOYED and evidence.gone and not known:
        sentence = f"{event.name} is no online endpoint of this workspace; only those are watched."
        other = _finding(event, Verdict.PASS, "not_watched", sentence)
        return Outcome(findings=(other,), actions=(), state=state)
    if event.type is EventType.ENDPOINT_DELETED or (evidence.gone and known):
        return _deleted(event, state, now)
    refused = refusals_after(event, None, state, at, now)
    judged = judge_refused(refused, event.name, None)
    actions, records = settle(
        state.alerts,
        [alert for one in judged for alert in one.alerts],
        covered=lambda alert: evidence.gone and alert.kind in _REFUSED,
        over=lambda _: "nobody tried again for a day",
        now=now,
    )
    looks, asked = next_look(event, judged, state, now)
    problem = evidence.problem or f"Endpoint {event.name} could not be read."
    unread = _finding(event, Verdict.ERROR, "cannot_look", problem)
    return Outcome(
        findings=(*(one.finding for one in judged), unread),
        actions=actions + looks,
        state=replace(state, alerts=records, refused=refused, asked=asked),
    )


def _deleted(event: Event, state: SubjectState, now: datetime) -> Outcome:
    """Nothing of it is waited for any more, whichever check raised it.

    That an event told so is remembered: one of a failure before it may come after it.
    """

    def over(_: Alert) -> str:
        return f"endpoint {event.name} was deleted"

    actions, records = settle(state.alerts, (), covered=lambda _: True, over=over, now=now)
    gone = _finding(event, Verdict.PASS, "endpoint_deleted", f"Endpoint {event.name} was deleted.")
    kept = SubjectState(
        alerts=records, refused=deletion(event, state, now), last_hash=state.last_hash
    )
    return Outcome(findings=(gone,), actions=actions, state=kept)


def _finding(event: Event, verdict: Verdict, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.ROUTING,
        thing=event.subject,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )
