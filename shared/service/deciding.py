"""One decision of an event from what was gathered: the same step now, in a replay, in a what-if."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.canonical import canonical_json, content_hash, plain_hash, to_plain
from shared.domain.decision import Decision, Outcome
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import Evidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.learning import learned
from shared.service.reactions import Reaction

NOTHING_READ = content_hash(None)
"""The evidence hash of a decision that could not look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A decision with the state that it leaves, whose `last_hash` is the decision's.

    `plain` is that state as the ledger keeps it.
    """

    decision: Decision
    state: SubjectState
    plain: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a reaction decides from: evidence and policy, each with the hash it is kept under."""

    evidence: Evidence
    evidence_hash: str
    policy: Policy | None
    policy_hash: str | None


def conclude(
    event: Event, reaction: Reaction, gathered: Gathered, state: SubjectState, now: datetime
) -> Concluded:
    """Decide. A pure function of its arguments, so that a decision can be made again."""
    outcome = outcome_of(event, reaction, gathered, state, now)
    left = plain_state(replace(outcome.state, last_hash=""))
    return _chained(
        Decision(
            event=event,
            findings=outcome.findings,
            actions=outcome.actions,
            evidence_hash=gathered.evidence_hash,
            policy_hash=gathered.policy_hash,
            decided=now,
            previous=state.last_hash,
            state=plain_hash(left),
        ),
        outcome.state,
        left,
    )


def outcome_of(
    event: Event, reaction: Reaction, gathered: Gathered, state: SubjectState, now: datetime
) -> Outcome:
    """What is concluded, without the hashes that make a decision of it."""
    outcome = reaction.decide(event, gathered.evidence, gathered.policy, state, now)
    left = _reported(event, outcome.state)
    return outcome if left is outcome.state else replace(outcome, state=left)


def could_not_look(
    event: Event, state: SubjectState, reason: str, sentence: str, now: datetime
) -> Concluded:
    """What cannot be read is an error that says so; the state stays as it was."""
    left = plain_state(replace(state, last_hash=""))
    return _chained(
        Decision(
            event=event,
            findings=(unreadable(event, reason, sentence),),
            actions=(),
            evidence_hash=NOTHING_READ,
            policy_hash=None,
            decided=now,
            previous=state.last_hash,
            state=plain_hash(left),
        ),
        state,
        left,
    )


def unreadable(event: Event, reason: str, sentence: str) -> Finding:
    """The finding of what could not be looked at."""
    return Finding(
        rule=Rule.POLICY_FOUND if reason == "invalid_policy" else Rule.READABLE,
        thing=event.subject,
        verdict=Verdict.ERROR,
        reason=reason,
        sentence=sentence,
    )


def state_content(state: SubjectState) -> bytes:
    """The canonical spelling of a state without the hash that the chain adds to it."""
    return canonical_json(replace(state, last_hash=""))


def state_hash(state: SubjectState) -> str:
    """What a decision records of the state it leaves: SHA-256 of `state_content`."""
    return content_hash(replace(state, last_hash=""))


def as_read(state: SubjectState) -> SubjectState:
    """A state as whoever reads it from the ledger has it: its names are in order there.

    A decision that goes through them in turn would else tell the same things in another order.
    """
    plain = msgspec.to_builtins(state, order="sorted")
    return msgspec.convert(plain, learned(SubjectState), strict=False)


def plain_state(state: SubjectState) -> dict[str, Any]:
    """A state as the ledger keeps it."""
    plain = to_plain(state)
    return plain if isinstance(plain, dict) else {}


def _chained(decision: Decision, left: SubjectState, plain: dict[str, Any]) -> Concluded:
    return Concluded(
        decision=decision,
        state=replace(left, last_hash=decision.hash),
        plain={**plain, "last_hash": decision.hash},
    )


def _reported(event: Event, state: SubjectState) -> SubjectState:
    """A look that the reconcile timer asked for is one of routing, and reports as both.

    An endpoint without checks is one that is gone.
    """
    gone = event.subject.startswith("endpoint/") and not state.checks
    if event.type is not EventType.CHECK_DUE or gone:
        return state
    check = str(event.data["check"])
    if check != Check.RECONCILE.value:
        return state
    before = state.checks.get(check, event.time)
    return replace(state, checks={**state.checks, check: max(before, event.time)})
