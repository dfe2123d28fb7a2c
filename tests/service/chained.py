"""Chains as the service commits them, for tests that harm them afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.decision import Decision
from shared.domain.event import Check, Event, check_due
from shared.domain.finding import Finding, Rule
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.ports import Evidence, Ledger
from shared.service.deciding import plain_state, state_hash
from tests.conftest import NOON

SUBJECT = "endpoint/loan-endpoint"


def looked(at: datetime, subject: str = SUBJECT) -> Event:
    """A look at routing that was due."""
    return check_due(Check.ROUTING, subject, at)


def commit(
    ledger: Ledger,
    event: Event,
    *,
    evidence: str = "",
    sentence: str = "loan-endpoint serves ü.",
    decided: datetime | None = None,
) -> Decision:
    """One more decision, with the state it leaves and the ids of two messages beside it."""
    stored = ledger.state(event.subject)
    version = stored.version + 1
    left = SubjectState(checks={"routing": event.time})
    decision = Decision(
        event=event,
        findings=(
            Finding(
                rule=Rule.ROUTING,
                thing=event.subject,
                verdict=Verdict.PASS,
                reason="serves",
                sentence=sentence,
                estimate=version / 7,
            ),
        ),
        actions=(),
        evidence_hash=evidence or f"{version:064x}",
        policy_hash=None,
        decided=decided or event.time,
        previous=stored.state.get("last_hash", ""),
        state=state_hash(left),
    )
    ledger.commit(
        subject=event.subject,
        version=stored.version,
        event_key=event.key,
        now=decision.decided,
        decision={**decision.to_json(), "messages": [None, f"m{version}"]},
        state=plain_state(replace(left, last_hash=decision.hash)),
        messages=[],
    )
    return decision


def chain(ledger: Ledger, count: int, subject: str = SUBJECT) -> list[Decision]:
    """So many decisions, ten minutes apart."""
    return [commit(ledger, looked(NOON + timedelta(minutes=10 * n), subject)) for n in range(count)]


def kept(ledger: Ledger, evidence: Evidence, count: int) -> Iterator[Decision]:
    """The same with evidence of their own."""
    for n in range(count):
        event = looked(NOON + timedelta(minutes=10 * n))
        yield commit(ledger, event, evidence=evidence.put(f"evidence {n}".encode()))
