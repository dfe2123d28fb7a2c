"""What became of a notice that was sent: it reached people, it did not, or nobody ever said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import PutAside
from shared.domain.canonical import canonical_json
from shared.domain.decisions.receivers.breaking import (
    LONGEST_ASKED,
    RARELY,
    after_failure,
    closed_for,
    is_closed,
    pause,
)
from shared.domain.decisions.receivers.desk import LOST, Desk
from shared.domain.decisions.receivers.digests import keep_open, may_be_open
from shared.domain.decisions.receivers.failing import channel_alert, is_of_channel
from shared.domain.decisions.receivers.folding import fold, is_folded, merged
from shared.domain.decisions.receivers.pace import is_beyond
from shared.domain.decisions.receivers.parking import (
    CLOSED,
    TRIED_AGAIN,
    TURN,
    drop,
    never_told,
    park,
    wake,
    wake_all,
)
from shared.domain.finding import Rule
from shared.domain.notices import Breaker, Flight, Folded, Last, Notice
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration, spell_time

_MOST_REFERENCE = 300
_MOST_SENTENCE = 500
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Why a notice did not get through, and `after` how many seconds it may be tried again."""

    reason: str
    sentence: str
    final: bool = False
    after: float | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Undelivered":
        """As the consumer said it."""
        after = data.get("after")
        return cls(
            reason=one_line(str(data.get("reason") or "unavailable"), 40),
            sentence=one_line(str(data.get("sentence") or "Nothing is known."), _MOST_SENTENCE),
            final=data.get("final") is True,
            after=float(after) if isinstance(after, int | float) and after > 0 else None,
        )


def delivered(desk: Desk, data: Mapping[str, Any]) -> None:
    """People have it: the channel works, and whatever waited for this has its turn."""
    tokens = data.get("tokens")
    desk.tokens += max(0, tokens) if isinstance(tokens, int) else 0
    group = str(data.get("group"))
    flight = _flight(desk, group, data)
    if flight is None:
        return
    del desk.flying[group]
    if not flight.quiet:
        desk.sent.append(desk.now)
    wake_all(desk, mended=desk.breaker.until is not None)
    desk.breaker = Breaker()
    desk.healed = True
    if flight.carries is not None:
        desk.digested = desk.now
        desk.beyond = desk.now if is_beyond(desk, flight.severity) else desk.beyond
        _know_listed(desk, flight.carries)
        keep_open(desk, group, flight, _small(data.get("reference")))
    elif flight.resolved:
        desk.forget(group)
    else:
        desk.references[group] = _small(data.get("reference"))
        desk.last[group] = Last(number=flight.number, made=flight.made, at=desk.now)
    desk.find(
        "delivered",
        f"{desk.rule.name} knows since {spell_time(desk.now)} that it is over: {flight.title}."
        if flight.resolved
        else f"{desk.rule.name} has it since {spell_time(desk.now)}: {flight.spoken}.",
        head=flight,
        group=group,
        order=flight.order,
        attempts=flight.attempts,
    )
    wake(desk, group)
    if flight.carries is not None:
        for name in flight.carries.listed:
            wake(desk, name)


def undelivered(desk: Desk, data: Mapping[str, Any], notice: Notice | None) -> None:
    """It did not get through: it waits for another try, or is put aside where none can help.

    A channel that is gone or does not let Driftgate in is tried once an hour, in case somebody
    mended it; one notice that it refuses holds up no other.
    """
    group, why = str(data.get("group")), Undelivered.of(data)
    flight = _flight(desk, group, data)
    if flight is None:
        return
    del desk.flying[group]
    aside = why.final and notice is not None
    if why.final and notice is not None:
        desk.actions.append(PutAside(notice=notice, reason=why.reason, sentence=why.sentence))
    _count_failure(desk, why, group)
    again = not why.final or is_of_channel(why.reason)
    desk.find(
        "put_aside" if aside else "undelivered",
        f"{flight.title} did not reach {desk.rule.name}: {why.sentence}",
        head=flight,
        group=group,
        rule=Rule.CHANNEL,
        verdict=Verdict.FAIL if why.final else Verdict.INCONCLUSIVE,
        why=why.reason,
        order=flight.order,
        attempts=flight.attempts,
        final=why.final,
    )
    _wait_again(desk, group, flight, why.reason, again=again)
    _alert(desk, why, flight)


def lose(desk: Desk) -> None:
    """A flight that nobody tells the outcome of is tried again; whoever sent it may be gone.

    It counts as a failure: where nobody takes the orders at all, somebody has to know.
    """
    lost = [group for group, one in desk.flying.items() if desk.now - one.since >= LOST]
    for group in lost:
        flight = desk.flying.pop(group)
        desk.find(
            "lost",
            f"What became of {flight.title} is not known after {spell_duration(LOST)}; it is tried "
            "again.",
            head=flight,
            group=group,
            rule=Rule.CHANNEL,
            verdict=Verdict.INCONCLUSIVE,
            order=flight.order,
            attempts=flight.attempts,
        )
        why = Undelivered(reason="lost", sentence="Nobody said what became of it.")
        _count_failure(desk, why, group)
        _wait_again(desk, group, flight, why.reason, again=True, at=desk.now)
        _alert(desk, why, flight)


def _flight(desk: Desk, group: str, data: Mapping[str, Any]) -> Flight | None:
    """The flight that an outcome is of; what is late of an earlier try changes nothing."""
    flight = desk.flying.get(group)
    if flight is not None and flight.order == data.get("order"):
        return flight
    desk.find(
        "late_outcome",
        f"The outcome of an earlier try, {str(data.get('order'))[:40]}, came late; it changes "
        "nothing.",
        group=group[:64],
        rule=Rule.CHANNEL,
        order=str(data.get("order"))[:40],
    )
    return None


def _know_listed(desk: Desk, carried: Folded) -> None:
    """Whoever is named in a digest is known to people, who are told when it is over."""
    for group, head in carried.listed.items():
        if head.resolved:
            desk.forget(group)
        else:
            desk.references.setdefault(group, {})
            desk.last[group] = Last(number=head.number, made=head.made, at=desk.now)


def _small(reference: object) -> dict[str, Any]:
    """What the channel answered, unless it is too much to keep: then the next one is new to it."""
    if not isinstance(reference, Mapping):
        return {}
    kept = dict(reference)
    return kept if len(canonical_json(kept).decode()) <= _MOST_REFERENCE else {}


def _count_failure(desk: Desk, why: Undelivered, group: str) -> None:
    name = f"{desk.rule.name} {group}"
    if why.final and is_of_channel(why.reason):
        desk.breaker = closed_for(desk.breaker, why.reason, desk.now, RARELY)
    elif why.after is not None:
        span = timedelta(seconds=min(why.after, 1e7))
        desk.breaker = closed_for(desk.breaker, why.reason, desk.now, span)
    else:
        desk.breaker = after_failure(desk.breaker, why.reason, desk.now, name)


def _wait_again(
    desk: Desk,
    group: str,
    flight: Flight,
    reason: str,
    *,
    again: bool,
    at: datetime | None = None,
) -> None:
    """What failed waits by its head; a newer one of its group that waits goes in its place."""
    closed = is_closed(desk.breaker, desk.now)
    until = desk.breaker.until if closed and desk.breaker.until is not None else at
    until = until or desk.now + pause(flight.attempts, group)
    why = CLOSED if closed else TRIED_AGAIN
    if flight.carries is not None:
        if again:
            _fold_again(desk, flight.carries, until)
            _superseded(desk, group, flight, "Another digest tells the same in its place.")
        may_be_open(desk, group, flight, reason)
        for name in flight.carries.listed:
            wake(desk, name)
        return
    newer = desk.waiting.get(group)
    if newer is None:
        if again:
            park(desk, group, flight, why=why, until=until, attempts=flight.attempts)
        return
    if again:
        sentence = f"{flight.title} is told as it was at {spell_time(newer.made)} or later."
        _superseded(desk, group, flight, sentence)
    if never_told(desk, group, newer):
        del desk.waiting[group]
        sentence = f"{newer.title} began and ended before anybody knew."
        drop(desk, group, newer, "never_told", sentence)
    elif again:
        desk.waiting[group] = replace(newer, attempts=flight.attempts, why=why, until=until)
    else:
        desk.waiting[group] = replace(newer, why=TURN, until=desk.now)


def _superseded(desk: Desk, group: str, flight: Flight, sentence: str) -> None:
    desk.find("superseded", sentence, head=flight, group=group)


def _fold_again(desk: Desk, carried: Folded, until: datetime) -> None:
    desk.folded = replace(merged(carried, desk.folded), due=until)
    for group in list(carried.listed):
        waiting = desk.waiting.get(group)
        if waiting is not None and waiting.resolved and is_folded(desk, group):
            fold(desk, group, desk.waiting.pop(group))


def _alert(desk: Desk, why: Undelivered, flight: Flight) -> None:
    """Somebody has to know when nobody can be told: at once where no try helps, else in time."""
    since = desk.breaker.since or desk.now
    long = desk.now - since >= _PATIENCE
    asked = why.after is not None and timedelta(seconds=min(why.after, 1e7)) > LONGEST_ASKED
    if why.final or long or asked:
        desk.failure = channel_alert(
            desk.rule,
            reason=why.reason,
            sentence=why.sentence,
            since=since,
            until=desk.breaker.until,
            title=flight.title,
        )
