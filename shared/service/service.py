"""The one way every event takes: parse, archive, gather, decide, commit, dispatch."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.canonical import canonical_json
from shared.domain.decision import Decision
from shared.domain.event import Check, Event, EventType
from shared.domain.notices.scope import scope_of
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import (
    Conflict,
    DriftgateError,
    InvalidPolicy,
    MalformedPayload,
    NoPermission,
    Refused,
)
from shared.ports import Archive, ArchivedEvent, Clock, Evidence, Ledger, Message, Sender, Telemetry
from shared.service.asking import ITSELF, asked
from shared.service.codec import decode
from shared.service.dead_letters.counting import Aside, count_aside
from shared.service.deciding import (
    Concluded,
    Gathered,
    conclude,
    could_not_look,
    plain_state,
    state_content,
)
from shared.service.intake import parse
from shared.service.messages import findings_message, messages_of, work_message
from shared.service.outbox import drain
from shared.service.reactions import Reaction, reaction_to
from shared.service.world import World

_LOG = logging.getLogger("driftgate.decisions")
_COMMIT_TRIES = 5
SNAPSHOT_EVERY = 32
"""At every so many versions a subject's state is kept as evidence, for the past to start from."""

TOLD_ONCE = frozenset(
    {
        EventType.PROMOTION_STARTED,
        EventType.PROMOTION_REFUSED,
        EventType.OVERRIDE_GIVEN,
        EventType.OVERRIDE_WITHDRAWN,
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
class Receipt:
    """What became of one inbound envelope: an event that was queued, or a refusal that was kept.

    `duplicate` says that the archive knew it already.
    """

    key: str
    event: Event | None
    refusal: str | None
    duplicate: bool


class Service:
    """Turns payloads into committed decisions and messages, on whatever adapters it is given.

    Where it `announces`, each decision's findings go out too, for others to react to. `aside` is
    where what cannot be sent is put.
    """

    def __init__(
        self,
        *,
        archive: Archive,
        evidence: Evidence,
        sender: Sender,
        world: World,
        clock: Clock,
        telemetry: Telemetry,
        aside: Aside,
        announces: bool = False,
    ) -> None:
        self._archive = archive
        self._evidence = evidence
        self._sender = sender
        self._world = world
        self._clock = clock
        self._telemetry = telemetry
        self._aside = aside
        self._announces = announces

    @property
    def _ledger(self) -> Ledger:
        return self._world.ledger

    def receive(self, payload: bytes, *, via: str) -> list[Receipt]:
        """Keep every envelope of a payload, then queue the ones that are events.

        Nothing is raised for a bad payload: its receipt carries the refusal. A failure of the
        archive or the queue is raised, so that the sender delivers again.
        `via` names the way in (`event-grid`, `devops`, `command`) and is kept with the archive.
        """
        with self._telemetry.span("receive", via=via):
            return self._receive(payload, via)

    def _receive(self, payload: bytes, via: str, *, ours: bool = False) -> list[Receipt]:
        received = self._clock()
        receipts = []
        settings = self._world.settings
        workspace = None if settings.azure is None else settings.azure.workspace_id
        for parsed in parse(
            payload, names=settings.keeps_names, workspace=workspace, ours=ours, via=via
        ):
            self._telemetry.count(
                "events", via=via, read="yes" if parsed.refusal is None else "refused"
            )
            new = self._archive.put(
                ArchivedEvent(
                    key=parsed.key,
                    received=received,
                    via=via,
                    body=parsed.body,
                    event=None if parsed.event is None else parsed.event.to_cloud_event(),
                    refusal=parsed.refusal,
                )
            )
            if parsed.event is not None:
                self._sender.send(self._traced([work_message(parsed.event)]))
            receipts.append(
                Receipt(
                    key=parsed.key,
                    event=parsed.event,
                    refusal=parsed.refusal,
                    duplicate=not new,
                )
            )
        return receipts

    def say(self, event: Event, *, via: str) -> Receipt:
        """Take in an event that is made here, by the way and the rules of one from outside."""
        with self._telemetry.span("receive", via=via):
            [receipt] = self._receive(canonical_json(event.to_cloud_event()), via, ours=True)
        return receipt

    def handle(self, body: Mapping[str, Any]) -> Decision | None:
        """Decide one event once; None when it is decided already.

        Another worker that commits first makes this one look and decide again.
        Raises Unavailable when the world does not answer: the message then comes again; and
        MalformedPayload for what is no event, which no other try can mend.
        """
        event = _event_of(body)
        parent = body.get("traceparent")
        with self._telemetry.span(
            "decide",
            parent if isinstance(parent, str) else None,
            subject=event.subject,
            event=event.id,
            type=event.type,
            correlation=event.correlation_id or event.id,
        ):
            return self._handle(event)

    def _handle(self, event: Event) -> Decision | None:
        for _ in range(_COMMIT_TRIES):
            if self._ledger.decision(event.subject, event.key) is not None:
                self._dispatch()
                return None
            try:
                decision = self._decide_and_commit(event)
            except Conflict:
                continue
            self._tell(decision)
            self._dispatch()
            return decision
        raise Conflict(f"{event.subject} changed {_COMMIT_TRIES} times while it was decided.")

    def _dispatch(self) -> None:
        """Send the outbox at once; what cannot leave it now waits there for the timer's sweep.

        The event is decided, so its message is done: giving it back would not mend the broker, and
        after ten tries put aside what was decided.
        """
        try:
            self.sweep()
        except DriftgateError as problem:
            _LOG.warning("the outbox does not drain: %s", problem)

    def decide(self, event: Event) -> Decision:
        """Decide an event and commit it, whether it is decided or not; nothing is said or sent.

        Raises as `handle` does.
        """
        return self._decide_and_commit(event)

    def _decide_and_commit(self, event: Event) -> Decision:
        now = self._clock()
        stored = self._ledger.state(event.subject)
        state = decode(stored.state, SubjectState)
        policy = None
        try:
            policy = self._policy(event)
        except InvalidPolicy as problem:
            if event.type in TOLD_ONCE or event.data.get("check") in _GO_ON:
                concluded = self._decide(event, None, state, now)
            else:
                concluded = could_not_look(event, state, "invalid_policy", str(problem), now)
        else:
            concluded = self._decide(event, policy, state, now)
        decision, version = concluded.decision, stored.version + 1
        if version % SNAPSHOT_EVERY == 0:
            self._evidence.put(state_content(concluded.state))
        messages = messages_of(decision, self._scope(decision, policy))
        self._ledger.commit(
            subject=event.subject,
            version=stored.version,
            event_key=event.key,
            now=now,
            decision={
                **decision.to_json(),
                "messages": [None if message is None else message.id for message in messages],
            },
            state=plain_state(concluded.state),
            messages=self._traced(
                [*messages, findings_message(decision) if self._announces else None]
            ),
        )
        return decision

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

    def _traced(self, messages: Sequence[Message | None]) -> list[Message]:
        """Those there are, with the trace they belong to: it lasts until they are read."""
        there = [message for message in messages if message is not None]
        trace = self._telemetry.traceparent()
        if trace is None:
            return there
        return [replace(m, body={**m.body, "traceparent": trace}) for m in there]

    def _tell(self, decision: Decision) -> None:
        """One line and one count a decision; names, verdict and hash, never a value."""
        event, verdict = decision.event, decision.verdict.value
        kind = event.type.rpartition(".")[2]
        self._telemetry.count("decisions", verdict=verdict, type=kind)
        replay = {} if event.replay is None else {"replay": event.replay.name}
        _LOG.info(
            "%s of %s: %s%s",
            kind,
            event.subject,
            verdict,
            f", in the replay {event.replay.name}" if event.replay is not None else "",
            extra={
                "subject": event.subject,
                "event_id": event.id,
                "correlation_id": event.correlation_id or event.id,
                "verdict": verdict,
                "decision": decision.hash,
                **replay,
            },
        )

    def _decide(
        self, event: Event, policy: Policy | None, state: SubjectState, now: datetime
    ) -> Concluded:
        reaction: Reaction = reaction_to(event)
        try:
            evidence = reaction.gather(event, policy, state, self._world, now)
        except NoPermission as problem:
            return could_not_look(event, state, "no_permission", str(problem), now)
        except Refused as problem:
            return could_not_look(event, state, "cannot_look", str(problem), now)
        gathered = Gathered(
            evidence=evidence,
            evidence_hash=self._evidence.put(canonical_json(evidence)),
            policy=policy,
            policy_hash=None if policy is None else self._evidence.put(canonical_json(policy)),
        )
        return conclude(event, reaction, gathered, state, now)

    def _policy(self, event: Event) -> Policy | None:
        kind, _, name = event.subject.partition("/")
        if kind in {"model", "alerts", "retraining"}:
            return self._world.policies.for_model(name)
        if kind == "endpoint":
            return self._world.policies.for_endpoint(name)
        return None

    def fan_out(self, check: Check) -> int:
        """Ask for one check of every subject it concerns; returns how many were asked for.

        Cut to the minute, so that a timer that fires twice asks once. What was sent before a
        failure stays sent.
        """
        due = self._clock().replace(second=0, microsecond=0)
        count = 0
        for events in asked(check, self._world, due):
            self._sender.send([work_message(event) for event in events])
            count += len(events)
        return count

    def heartbeat(self) -> int:
        """Ask for the look at Driftgate itself: silent checks, an outbox that stands still.

        How old the last such look is, is told to whoever watches from outside: a timer may fire
        although nothing is decided any more.
        """
        self._telemetry.gauge("outbox.age", self._age(self._ledger.oldest_unsent()))
        state = decode(self._ledger.state(ITSELF).state, SubjectState)
        self._telemetry.gauge("heartbeat.age", self._age(state.checks.get(Check.HEARTBEAT.value)))
        asked = self.fan_out(Check.HEARTBEAT)
        self._telemetry.gauge("deadletters", float(count_aside(self._aside)))
        return asked

    def _age(self, since: datetime | None) -> float:
        """Seconds since then; 0 where there is nothing to be old."""
        return 0.0 if since is None else max(0.0, (self._clock() - since).total_seconds())

    def sweep(self) -> int:
        """Send what the outbox still holds; returns how many messages left it."""
        return drain(self._ledger, self._sender, self._telemetry, self._aside.notes, self._clock())


def _event_of(body: Mapping[str, Any]) -> Event:
    try:
        return Event.from_cloud_event(body)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        kind = type(problem).__name__
        raise MalformedPayload(
            f"A message of the queue checks is no event of ours: {kind} {str(problem)[:80]}."
        ) from problem
