"""The one way every event takes: parse, archive, gather, decide, commit, dispatch."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from shared.domain.canonical import canonical_json
from shared.domain.decision import Decision
from shared.domain.event import Check, Event
from shared.domain.state import SubjectState
from shared.errors import Conflict, DriftgateError, MalformedPayload, Refused
from shared.ports import (
    Archive,
    ArchivedEvent,
    Broker,
    Clock,
    Evidence,
    Ledger,
    Message,
    Sender,
    Telemetry,
)
from shared.service.asking import ITSELF, asked
from shared.service.backlog import backlog_of, tell_wait
from shared.service.codec import decode
from shared.service.dead_letters.counting import Aside, count_aside
from shared.service.intake import parse
from shared.service.making import Made, Making, traced
from shared.service.messages import whole, work_message
from shared.service.outbox import drain
from shared.service.world import World

_LOG = logging.getLogger("driftgate.decisions")
_COMMIT_TRIES = 5


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
    where what cannot be sent is put, `broker` one whose queues can be counted.
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
        broker: Broker | None = None,
    ) -> None:
        self._archive = archive
        self._sender = sender
        self._world = world
        self._clock = clock
        self._telemetry = telemetry
        self._aside = aside
        self._broker = broker
        self._evidence = evidence
        self._making = Making(world=world, clock=clock, telemetry=telemetry, announces=announces)

    @property
    def _ledger(self) -> Ledger:
        return self._world.ledger

    def receive(self, payload: bytes, *, via: str) -> list[Receipt]:
        """Keep every envelope of a payload, then queue the ones that are events.

        Nothing is raised for a bad payload: its receipt carries the refusal. A failure of the
        archive or the queue is raised, so that the sender delivers again.
        `via` names the way in (one of `WAYS_IN`) and is kept with the archive.
        """
        with self._telemetry.span("receive", via=via):
            return self._receive(payload, via)

    def _receive(self, payload: bytes, via: str, *, ours: bool = False) -> list[Receipt]:
        received = self._clock()
        receipts = []
        settings = self._world.settings
        workspace = None if settings.azure is None else settings.azure.workspace_id
        with self._archive.together():
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
                receipts.append(
                    Receipt(
                        key=parsed.key,
                        event=parsed.event,
                        refusal=parsed.refusal,
                        duplicate=not new,
                    )
                )
        self._queue([receipt.event for receipt in receipts if receipt.event is not None])
        return receipts

    def _queue(self, events: Sequence[Event]) -> None:
        """All at once; one that the broker does not take keeps no other from it."""
        messages = traced(self._telemetry, [work_message(event) for event in events])
        if not messages:
            return
        try:
            self._sender.send(messages)
        except Refused:
            if len(messages) == 1:
                raise
            self._queue_each(messages)

    def _queue_each(self, messages: Sequence[Message]) -> None:
        problem: Refused | None = None
        for message in messages:
            try:
                self._sender.send([message])
            except Refused as refused:
                problem = refused
        if problem is not None:
            raise problem

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
        event = _event_of(whole(body, self._evidence))
        with self._deciding(event, body), self._world.policies.steady():
            made = self._handle(event)
            self._dispatch([made])
        return None if made is None else made.decision

    def handle_all(
        self, bodies: Sequence[Mapping[str, Any]], enough: Callable[[], bool]
    ) -> list[Exception | None]:
        """Decide one event each of several subjects, commit them together and dispatch once.

        Tells of each what is wrong with it, None where it is decided. There are fewer answers than
        bodies where there was `enough` before the last: one slow look holds up what is decided.
        What several have to send leaves in a trace of its own.
        """
        if len(bodies) == 1:
            return [_problem_of(partial(self.handle, bodies[0]))]
        made: list[Made | Exception | None] = []
        with self._world.policies.steady():
            for body in bodies:
                made.append(self._attempt(body))
                if enough():
                    break
            answers = self._commit_all(made)
        self._dispatch([one for one in made if not isinstance(one, Exception)])
        return answers

    def _attempt(self, body: Mapping[str, Any]) -> Made | Exception | None:
        """What is to be committed of one event; what is wrong with it stays with it."""
        try:
            event = _event_of(whole(body, self._evidence))
            with self._deciding(event, body):
                return self._making.make(event)
        except Exception as problem:  # noqa: BLE001  a poison event must not stop the next one
            return problem

    def _commit_all(self, made: Sequence[Made | Exception | None]) -> list[Exception | None]:
        answers = [one if isinstance(one, Exception) else None for one in made]
        todo = [(place, one) for place, one in enumerate(made) if isinstance(one, Made)]
        try:
            with self._ledger.together():
                for place, one in todo:
                    answers[place] = _problem_of(partial(self._commit, one))
        except DriftgateError as problem:
            return [
                problem if isinstance(one, Made) else answer
                for one, answer in zip(made, answers, strict=True)
            ]
        for place, one in todo:
            if isinstance(answers[place], Conflict):
                answers[place] = _problem_of(partial(self._handle, one.decision.event))
            elif answers[place] is None:
                self._tell(one.decision)
        return answers

    def _deciding(self, event: Event, body: Mapping[str, Any]) -> AbstractContextManager[None]:
        parent = body.get("traceparent")
        return self._telemetry.span(
            "decide",
            parent if isinstance(parent, str) else None,
            subject=event.subject,
            event=event.id,
            type=event.type,
            correlation=event.correlation_id or event.id,
        )

    def _handle(self, event: Event) -> Made | None:
        for _ in range(_COMMIT_TRIES):
            made = self._making.make(event)
            if made is None:
                return None
            try:
                self._commit(made)
            except Conflict:
                continue
            self._tell(made.decision)
            return made
        raise Conflict(f"{event.subject} changed {_COMMIT_TRIES} times while it was decided.")

    def _dispatch(self, decided: Sequence[Made | None]) -> None:
        """Send the outbox at once; what cannot leave it now waits there for the timer's sweep.

        The events are decided, so their messages are done: giving them back would not mend the
        broker, and after ten tries put aside what was decided. Where none has anything to send,
        nothing is asked; what was decided before may have been stopped before it was sent.
        """
        if not any(made is None or made.messages for made in decided):
            return
        try:
            self.sweep()
        except DriftgateError as problem:
            _LOG.warning("the outbox does not drain: %s", problem)

    def decide(self, event: Event) -> Decision:
        """Decide an event and commit it, whether it is decided or not; nothing is said or sent.

        Raises as `handle` does.
        """
        made = self._making.make_anew(event)
        self._commit(made)
        return made.decision

    def _commit(self, made: Made) -> None:
        event = made.decision.event
        with self._ledger.together():
            for piece in made.evidence:
                self._evidence.put(piece)
            self._ledger.commit(
                subject=event.subject,
                version=made.version,
                event_key=event.key,
                now=made.decision.decided,
                decision={**made.decision.to_json(), **_beside(made)},
                state=made.state,
                messages=made.messages,
            )

    def _tell(self, decision: Decision) -> None:
        """One line and one count a decision; names, verdict and hash, never a value."""
        event, verdict = decision.event, decision.verdict.value
        kind = event.type.rpartition(".")[2]
        self._telemetry.count("decisions", verdict=verdict, type=kind)
        tell_wait(event, decision.decided, self._telemetry)
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

        How old the last such look is and how much waits, is told to whoever watches from outside: a
        timer may fire although nothing is decided any more.
        """
        backlog = backlog_of(self._ledger, self._broker, self._clock())
        backlog.tell(self._telemetry)
        self._telemetry.gauge("outbox.age", self._age(backlog.outbox_since))
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


def _beside(made: Made) -> dict[str, Any]:
    """What the ledger has beside what a decision says: nothing of it is in the decision's hash."""
    return {"messages": made.told, **({"kept": list(made.kept)} if made.kept else {})}


def _event_of(body: Mapping[str, Any]) -> Event:
    try:
        return Event.from_cloud_event(body)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        kind = type(problem).__name__
        raise MalformedPayload(
            f"A message of the queue checks is no event of ours: {kind} {str(problem)[:80]}."
        ) from problem


def _problem_of(act: Callable[[], object]) -> Exception | None:
    """What is wrong with one of several, which must not stop the others."""
    try:
        act()
    except Exception as problem:  # noqa: BLE001
        return problem
    return None
