"""What is to be committed of one event: gathered, decided, and not written down yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.canonical import canonical_json
from shared.domain.decision import Decision
from shared.domain.event import Check, Event, EventType
from shared.domain.notices.scope import scope_of
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy, NoPermission, Refused
from shared.ports import Clock, Message, Telemetry
from shared.service.codec import decode
from shared.service.deciding import Concluded, Gathered, conclude, could_not_look, state_content
from shared.service.messages import by_reference, findings_message, messages_of
from shared.service.reactions import Reaction, reaction_to
from shared.service.world import World

SNAPSHOT_EVERY = 32
"""At every so many versions a subject's state is kept as evidence, for the past to start from."""

TOLD_ONCE = frozenset(
    {
        EventType.PROMOTION_STARTED,
        EventType.PROMOTION_REFUSED,
        EventType.OVERRIDE_GIVEN,
        EventType.OVERRIDE_WITHDRAWN,
        EventType.APPROVAL_SAID,
        EventType.APPROVAL_WITHDRAWN,
        EventType.ALERT_RAISED,
        EventType.ALERT_ENDED,
        EventType.ALERT_ACKNOWLEDGED,
        EventType.ACKNOWLEDGEMENT_WITHDRAWN,
        EventType.RETRAINING_WANTED,
        EventType.RETRAINING_GRANTED,
        EventType.RETRAINING_DELAYED,
        EventType.RETRAINING_STARTED,
        EventType.RETRAINING_REFUSED,
        EventType.RETRAINING_RESUMED,
        EventType.SUBJECT_ERASED,
    }
)
"""What no later look could find out: it is kept also where the policy cannot be read."""


_GO_ON = frozenset({Check.ALERTS.value, Check.RETRAINING.value})
"""Looks that go on by the fleet's rules, or by none, while the model's policy cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A decision that is not committed yet, on a state's version.

    It rests on pieces of `evidence`, which are to be kept before it; `told` are its messages' ids,
    `kept` the hashes of the evidence that holds what some of them refer to.
    """

    decision: Decision
    evidence: Sequence[bytes]
    state: Mapping[str, Any]
    version: int
    told: Sequence[str | None]
    messages: Sequence[Message]
    kept: Sequence[str] = ()


class Making:
    """Looks at the world for one event and decides it; it reads alone, and writes nothing."""

    def __init__(
        self,
        *,
        world: World,
        clock: Clock,
        telemetry: Telemetry,
        announces: bool,
    ) -> None:
        self._world = world
        self._clock = clock
        self._telemetry = telemetry
        self._announces = announces

    def make(self, event: Event) -> Made | None:
        """What is to be committed of an event, None where it is decided already."""
        if self._world.ledger.decision(event.subject, event.key) is not None:
            return None
        return self.make_anew(event)

    def make_anew(self, event: Event) -> Made:
        """What is to be committed of an event, as if it were never decided."""
        now = self._clock()
        stored = self._world.ledger.state(event.subject)
        state = decode(stored.state, SubjectState)
        policy = None
        evidence: list[bytes] = []
        try:
            policy = self._policy(event)
        except InvalidPolicy as problem:
            if event.type in TOLD_ONCE or event.data.get("check") in _GO_ON:
                concluded, evidence = self._decide(event, None, state, now)
            else:
                concluded = could_not_look(event, state, "invalid_policy", str(problem), now)
        else:
            concluded, evidence = self._decide(event, policy, state, now)
        decision, version = concluded.decision, stored.version + 1
        if version % SNAPSHOT_EVERY == 0:
            evidence = [*evidence, state_content(concluded.state)]
        messages = messages_of(decision, self._scope(decision, policy))
        sent, referred = by_reference(messages)
        return Made(
            decision=decision,
            evidence=[*evidence, *referred],
            state=concluded.plain,
            version=stored.version,
            told=[None if message is None else message.id for message in messages],
            messages=traced(
                self._telemetry,
                [*sent, findings_message(decision) if self._announces else None],
            ),
            kept=[sha256(piece).hexdigest() for piece in referred],
        )

    def _scope(self, decision: Decision, policy: Policy | None) -> str | None:
        """Who looks after the alerts that a decision raised or ended, None where nobody is told.

        While the fleet's file cannot be read they are looked after too, and go to the log.
        """
        if not any(isinstance(action, PostAlert | ResolveAlert) for action in decision.actions):
            return None
        try:
            told = self._world.policies.fleet() is not None
        except InvalidPolicy:
            told = True
        model = None if policy is None else policy.model
        return scope_of(decision.event.subject, model) if told else None

    def _decide(
        self, event: Event, policy: Policy | None, state: SubjectState, now: datetime
    ) -> tuple[Concluded, list[bytes]]:
        """What is concluded, and the pieces of evidence by whose hashes it names them."""
        reaction: Reaction = reaction_to(event)
        try:
            evidence = reaction.gather(event, policy, state, self._world, now)
        except NoPermission as problem:
            return could_not_look(event, state, "no_permission", str(problem), now), []
        except Refused as problem:
            return could_not_look(event, state, "cannot_look", str(problem), now), []
        pieces = [canonical_json(one) for one in (evidence, policy) if one is not None]
        hashes = [sha256(piece).hexdigest() for piece in pieces]
        gathered = Gathered(
            evidence=evidence,
            evidence_hash=hashes[0],
            policy=policy,
            policy_hash=None if policy is None else hashes[1],
        )
        return conclude(event, reaction, gathered, state, now), pieces

    def _policy(self, event: Event) -> Policy | None:
        kind, _, name = event.subject.partition("/")
        if kind in {"model", "alerts", "retraining"}:
            return self._world.policies.for_model(name)
        if kind == "endpoint":
            return self._world.policies.for_endpoint(name)
        return None


def traced(telemetry: Telemetry, messages: Sequence[Message | None]) -> list[Message]:
    """Those there are, with the trace they belong to: it lasts until they are read."""
    there = [message for message in messages if message is not None]
    trace = telemetry.traceparent()
    if trace is None:
        return there
    return [replace(m, body={**m.body, "traceparent": trace}) for m in there]
