"""A receiver explained: what it was sent, what waits and why, how its channel does."""

from collections.abc import Iterator
from datetime import datetime

from shared.domain.notices import ReceiverWatch
from shared.domain.policy import Fleet, ReceiverPolicy
from shared.domain.state import SubjectState
from shared.domain.wording import one_line, spell_duration
from shared.errors import InvalidPolicy
from shared.ports import Ledger, Policies
from shared.service.codec import decode
from shared.service.explaining.explanation import Explanation, Thing
from shared.service.explaining.history import History, in_order
from shared.service.explaining.now_of_alert import waiting_words
from shared.service.explaining.wording import spell_second

_MOST = 10


def explain_receiver(
    thing: Thing, ledger: Ledger, policies: Policies, history: History, now: datetime
) -> Explanation:
    """From its state and every decision of it that is looked through."""
    subject = f"receiver/{thing.name}"
    watch = decode(ledger.state(subject).state, SubjectState).receiver
    rule, problem = _rule(thing.name, policies)
    moments, note = in_order(history.moments([subject], lambda _: True))
    return Explanation(
        thing=thing,
        at=now,
        title=f"The receiver {thing.name}",
        now=tuple(_now(watch, rule, now)),
        facts=tuple(_facts(rule)),
        moments=moments,
        notes=(*problem, *history.notes, *([note] if note else [])),
    )


def _rule(name: str, policies: Policies) -> tuple[ReceiverPolicy | None, tuple[str, ...]]:
    try:
        fleet = policies.fleet() or Fleet()
    except InvalidPolicy as problem:
        return None, (f"The fleet's file cannot be read: {problem}",)
    return fleet.receiver(name), ()


def _facts(rule: ReceiverPolicy | None) -> Iterator[tuple[str, str]]:
    """What is public of it: no secret and no address."""
    if rule is None:
        return
    yield "channel", rule.channel.value
    pace = rule.pace
    burst = f"{pace.burst} in {spell_duration(pace.at_once)}"
    yield "pace", f"{pace.notices} notices in {spell_duration(pace.per)}, no more than {burst}"
    yield "told when it is over", "yes" if rule.resolved else "no"
    if rule.to:
        yield "to", ", ".join(rule.to[:_MOST])


def _now(watch: ReceiverWatch, rule: ReceiverPolicy | None, now: datetime) -> Iterator[str]:
    if rule is None:
        yield "The fleet's file names no such receiver, so it is told nothing."
    breaker = watch.breaker
    if breaker.until is not None and now < breaker.until:
        since = "" if breaker.since is None else f" since {spell_second(breaker.since)}"
        yield (
            f"Its channel fails{since} ({breaker.reason.replace('_', ' ')}, {breaker.failures} in "
            f"a row); it is tried again at {spell_second(breaker.until)}."
        )
    elif breaker.failures:
        yield f"Its channel failed {breaker.failures} times in a row; it is being tried."
    elif watch.looked is not None:
        yield "Its channel works."
    if rule is not None:
        pace = rule.pace
        sent, lately = (
            sum(time > now - span for time in watch.sent) for span in (pace.per, pace.at_once)
        )
        yield (
            f"It was sent {sent} notices in the last {spell_duration(pace.per)}, of "
            f"{pace.notices} that its pace allows, and {lately} in the last "
            f"{spell_duration(pace.at_once)}, of {pace.burst}."
        )
    for flight in list(watch.flying.values())[:_MOST]:
        yield f"Notice {flight.notice} is on its way since {spell_second(flight.since)}."
    for waiting in list(watch.waiting.values())[:_MOST]:
        yield f"{one_line(waiting.title, 200)}: {waiting_words(waiting)}."
    if len(watch.waiting) > _MOST:
        yield f"{len(watch.waiting) - _MOST} more groups wait."
    if watch.folded is not None:
        yield (
            f"{watch.folded.count} alerts are beyond its pace; one digest tells them at "
            f"{spell_second(watch.folded.due)}."
        )
