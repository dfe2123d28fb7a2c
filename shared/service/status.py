"""One model or endpoint with everything that is known, an endpoint's routing truth included."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.canonical import content_hash, to_plain
from shared.domain.decisions.routing.route import model_of
from shared.domain.event import Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.people.intent import Intent
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict, worst
from shared.domain.world import Endpoint
from shared.ports import Evidence, Ledger, Policies
from shared.service import queries
from shared.service.codec import decode
from shared.service.people.intents import meant_for, standing
from shared.service.reactions import family_of

_MOST_DECISIONS = 50
_DEPLOYMENT = "deployment/"
_NOTHING = content_hash(None)


def status_of(
    ledger: Ledger, evidence: Evidence, policies: Policies, name: str, now: datetime
) -> dict[str, Any]:
    """What `queries.status` tells, and `routing` for an endpoint: None when it was never read.

    Raises NotFound when nothing was ever decided about it.
    """
    found = queries.status(ledger, name, now)
    for subject in found["subjects"]:
        if subject["subject"].startswith("endpoint/"):
            subject["routing"] = routing_table(ledger, evidence, policies, subject["subject"], now)
    return found


def routing_table(
    ledger: Ledger, evidence: Evidence, policies: Policies, subject: str, now: datetime
) -> dict[str, Any] | None:
    """What the last look at an endpoint saw and concluded, a row a deployment.

    What is intended is that of `now`; everything else is as old as `seen`.
    """
    decision = _last_look(ledger, subject)
    if decision is None:
        return None
    facts = decode(json.loads(evidence.get(decision["evidence"])), RoutingEvidence)
    if facts.endpoint is None:
        return {"seen": to_plain(facts.taken), "problem": facts.problem, "deployments": []}
    state = decode(ledger.state(subject).state, SubjectState)
    meant = meant_for(facts.endpoint.name, state, policies)
    listed = {deployment.name for deployment in facts.endpoint.deployments}
    names = [*sorted(listed), *sorted(_told_of(facts.endpoint, decision) - listed)]
    return {
        "seen": to_plain(facts.taken),
        "problem": facts.requests_problem,
        "state": facts.endpoint.provisioning_state,
        "observed_since": to_plain(facts.observed_since),
        "deployments": [_row(name, facts, decision, meant, now) for name in names],
    }


def _last_look(ledger: Ledger, subject: str) -> Mapping[str, Any] | None:
    """The last decision that rests on a reading of the endpoint; other checks come between."""
    for decision in ledger.decisions(subject, limit=_MOST_DECISIONS):
        event = Event.from_cloud_event(decision["event"])
        if family_of(event) == "routing" and decision["evidence"] != _NOTHING:
            return decision
    return None


def _told_of(endpoint: Endpoint, decision: Mapping[str, Any]) -> set[str]:
    """Deployments that are spoken of, whether they are there or not."""
    shares = [*endpoint.traffic.items(), *endpoint.mirror_traffic.items()]
    things = (finding["thing"] for finding in decision["findings"])
    return {name for name, share in shares if share > 0} | {
        thing.removeprefix(_DEPLOYMENT) for thing in things if thing.startswith(_DEPLOYMENT)
    }


def _row(
    name: str,
    facts: RoutingEvidence,
    decision: Mapping[str, Any],
    meant: Iterable[Intent],
    now: datetime,
) -> dict[str, Any]:
    endpoint = facts.endpoint
    listed = endpoint.deployments if endpoint is not None else ()
    deployment = next((one for one in listed if one.name == name), None)
    found = [one for one in decision["findings"] if one["thing"] == f"{_DEPLOYMENT}{name}"]
    verdict = worst(Verdict(one["verdict"]) for one in found if one["enforced"])
    return {
        "deployment": name,
        "state": None if deployment is None else deployment.provisioning_state,
        "model": None if deployment is None else model_of(deployment),
        "declared": 0.0 if endpoint is None else endpoint.traffic.get(name, 0.0),
        "mirrored": 0.0 if endpoint is None else endpoint.mirror_traffic.get(name, 0.0),
        "observed": None if facts.requests is None else facts.requests.get(name, 0),
        "intended": [
            {
                "id": intent.id,
                "share": intent.share_of(name),
                "author": intent.author,
                "reason": intent.reason,
                "since": to_plain(intent.since),
                "until": to_plain(intent.until),
                "standing": standing(intent, now),
            }
            for intent in meant
            if intent.share_of(name) is not None and now < intent.end
        ],
        "verdict": verdict.value,
        "reasons": [one["reason"] for one in found if one["verdict"] == verdict.value],
        "sentences": [one["sentence"] for one in found],
    }
