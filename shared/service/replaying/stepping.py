"""Takes one step of a replay: tells the next events again, and says how far it came.

Whatever falls over in between repeats nothing: the step that is taken once more tells the same
events under the same message ids, and an event that is decided is told no more.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.chain.links import is_stub
from shared.domain.event import Event, Replay
from shared.domain.people.replay import SUBJECT, Advance, replay_advanced, replay_failed
from shared.domain.replay import ReplayPhase, ReplayWatch
from shared.domain.state import SubjectState
from shared.errors import MalformedPayload, Refused, Unavailable
from shared.ports import Archive, ArchivedEvent, Clock, Ledger, Message, Sender
from shared.service.again import try_again_later
from shared.service.codec import decode
from shared.service.dead_letters.poison import why
from shared.service.intake.own import OURS_ALONE
from shared.service.messages import REPLAYS, work_message
from shared.service.replaying.rereading import Reread
from shared.service.replaying.selection import Selected, received_span

_LOG = logging.getLogger("driftgate.replays")
MOST_TOLD = 100
MOST_LOOKED_AT = 5_000
_BUDGET = timedelta(seconds=20)
_EVERY_SECONDS = 10
Say = Callable[[Event], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """What a step needs of the world. `most_looked` bounds what one step walks past."""

    archive: Archive
    ledger: Ledger
    sender: Sender
    reread: Reread
    say: Say
    clock: Clock
    most_looked: int = MOST_LOOKED_AT

    def step(self, body: Mapping[str, Any]) -> None:
        """Take the step that a message of the queue orders, where it is still waited for.

        Where the world does not answer it is tried again later, for a day; what it refuses, and a
        bug, ends the replay with its sentence: it can be resumed, and no event is lost.
        Raises MalformedPayload for what is no such order.
        """
        name, number = order_of(body)
        watch = self._watch(name)
        if watch is None or watch.phase is not ReplayPhase.RUNNING or watch.step != number:
            _LOG.info("step %d of the replay %s is not waited for; not taken", number, name)
            return
        try:
            advance = self._take(name, watch)
            self.say(replay_advanced(name, number, advance, self.clock()))
        except Unavailable as problem:
            self._later(body, problem, name, number)
        except Refused as problem:
            self.say(replay_failed(name, number, str(problem), self.clock()))
        except Exception as fault:  # noqa: BLE001  a bug ends it too, and not in silence
            _, sentence = why(fault)
            _LOG.error("step %d of the replay %s: %s", number, name, sentence)
            self.say(replay_failed(name, number, sentence, self.clock()))

    def _watch(self, name: str) -> ReplayWatch | None:
        return decode(self.ledger.state(f"{SUBJECT}{name}").state, SubjectState).replay

    def _take(self, name: str, watch: ReplayWatch) -> Advance:
        most, began = most_told(watch.rate), self.clock()
        selected = Selected(watch.selection)
        counts = {"skipped": 0, "refused": 0}
        messages: list[Message] = []
        cursor: str | None = None
        walk = behind(self.archive, watch)
        for archived in islice(walk, self.most_looked):
            cursor = cursor_of(archived)
            came = self._one(archived, name, watch, selected)
            if isinstance(came, Event):
                messages.append(_message(came, name))
            elif came is not None:
                counts[came] += 1
            if len(messages) >= most or self.clock() - began >= _BUDGET:
                break
        done = next(walk, None) is None
        unsent = self._send(messages)
        return Advance(
            told=len(messages) - unsent,
            skipped=counts["skipped"],
            refused=counts["refused"] + unsent,
            cursor=cursor,
            done=done,
        )

    def _one(
        self, archived: ArchivedEvent, name: str, watch: ReplayWatch, selected: Selected
    ) -> Event | str | None:
        """The event to tell, or why none: it is not selected, decided already, or not readable."""
        if not selected.via(archived.via):
            return None
        if not selected.event(archived.event, archived.key, archived.received):
            return None
        event = self.reread.read(archived)
        if event is None:
            return "refused"
        if event.subject.startswith(SUBJECT):
            return None
        decision = self.ledger.decision(event.subject, event.key)
        if archived.event is not None and not selected.decision(archived.event, decision):
            return None
        retold = told_again(event, name, decision, again=watch.again)
        if retold is None:
            return "skipped"
        if retold.key != event.key and self.ledger.decision(retold.subject, retold.key) is not None:
            return "skipped"
        return retold

    def _send(self, messages: list[Message]) -> int:
        """Send them in order; returns how many the broker refuses for good."""
        try:
            self.sender.send(messages)
        except Refused:
            return sum(self._is_refused(message) for message in messages)
        return 0

    def _is_refused(self, message: Message) -> bool:
        try:
            self.sender.send([message])
        except Refused as problem:
            _LOG.error("event %s of %s cannot be told: %s", message.id, message.session, problem)
            return True
        return False

    def _later(self, body: Mapping[str, Any], problem: Unavailable, name: str, number: int) -> None:
        try:
            try_again_later(
                body,
                problem,
                queue=REPLAYS,
                named=("replay",),
                sender=self.sender,
                now=self.clock(),
            )
        except Unavailable as last:
            if last is problem:
                sentence = f"Nothing answered for a day: {problem}"
                self.say(replay_failed(name, number, sentence, self.clock()))
            raise


def most_told(rate: float) -> int:
    """How many events a step tells at most: those of ten seconds.

    >>> most_told(1), most_told(60), most_told(6000)
    (1, 10, 100)
    """
    return max(1, min(MOST_TOLD, int(rate * _EVERY_SECONDS / 60)))


def told_again(
    event: Event, name: str, decision: Mapping[str, Any] | None, *, again: bool
) -> Event | None:
    """The event as a replay tells it; None where that is not wanted since it is decided.

    What was never decided is told as what it is, so that it is decided once; what was said in an
    earlier replay keeps the mark that is part of what identifies it. What was erased is let be, and
    so is what Driftgate alone says: that something was done, or who let what pass, is said once,
    and what is told again has consequences of its own.
    """
    if decision is None:
        if event.replay is not None and event.replay.again:
            return event
        return replace(event, replay=Replay(name=name, applied=True))
    if not again or event.type in OURS_ALONE or is_stub(decision):
        return None
    if decision["event"].get("replayname") == name:
        return None
    return replace(event, replay=Replay(name=name, applied=True, again=True))


def cursor_of(archived: ArchivedEvent) -> str:
    """Where a replay goes on behind an archived event."""
    return f"{format_time(archived.received)} {archived.key}"


def behind(archive: Archive, watch: ReplayWatch) -> Iterator[ArchivedEvent]:
    """What came in behind the cursor and before the replay was asked for, oldest first.

    Where the event of the cursor is not kept any more, all of its instant comes again, which
    repeats nothing.
    """
    since, until = received_span(watch.selection)
    end = watch.asked if until is None else min(until, watch.asked)
    if watch.cursor is None:
        yield from archive.walk(since=since, until=end)
        return
    time, _, key = watch.cursor.partition(" ")
    at = parse_time(time)
    instant: list[ArchivedEvent] = []
    walk = archive.walk(since=at, until=end)
    for archived in walk:
        if archived.received != at:
            yield from _after(instant, key)
            yield archived
            break
        instant.append(archived)
    else:
        yield from _after(instant, key)
    yield from walk


def _after(instant: list[ArchivedEvent], key: str) -> list[ArchivedEvent]:
    keys = [archived.key for archived in instant]
    return instant[keys.index(key) + 1 :] if key in keys else instant


def _message(event: Event, name: str) -> Message:
    """Told once a replay, however often its step is taken."""
    return replace(work_message(event), id=content_hash([name, event.key]))


def order_of(body: Mapping[str, Any]) -> tuple[str, int]:
    """The replay and the step that a message orders. Raises MalformedPayload."""
    data = body.get("data")
    if not isinstance(data, Mapping) or data.get("action") != "StepReplay":
        raise MalformedPayload("A message of the queue replays orders no step of a replay.")
    name, number = data.get("replay"), data.get("step")
    if not isinstance(name, str) or not isinstance(number, int):
        raise MalformedPayload("An order to take a step names no replay, or no number of a step.")
    return name, number
