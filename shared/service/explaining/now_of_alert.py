"""How an alert stands now, in sentences: does it fire, who was told, what comes next or why not."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.domain.notices import AlertLife, GroupWatch, ReceiverWatch, Waiting
from shared.domain.state import SubjectState
from shared.domain.wording import one_line, spell_duration
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.explaining.explanation import AlertFacts
from shared.service.explaining.wording import spell_second

_RECEIVER = "receiver/"
_WHY = {
    "in_flight": "an earlier notice of the group is on its way",
    "its_turn": "it is its turn",
    "asked": "its scope is asked for it as it is now",
    "digest_open": "the digest counts as over then, or when the next one comes",
}


def now_of_alert(
    facts: AlertFacts,
    life: AlertLife | None,
    groups: Mapping[str, GroupWatch],
    ledger: Ledger,
    now: datetime,
    *,
    is_told: bool,
    held: Mapping[str, str],
    nowhere: str | None,
    reached: Mapping[str, str],
) -> Iterator[str]:
    """One sentence each.

    `groups` are those it is in, by key; `held` gives by receiver the sentence of the decision that
    held it, `reached` what became of the last notice about it. `is_told` says whether there is a
    fleet's file, without which nobody is.
    """
    groups = {key: one for key, one in groups.items() if _is_of(facts, key, one, ledger)}
    yield _fires(facts, life, now)
    if life is not None and life.acknowledged is not None and facts.ended is None:
        owned = life.acknowledged
        who, until = one_line(owned.author, 120), spell_second(owned.until)
        if now < owned.until:
            yield f"{who} has it in hand until {until}: {one_line(owned.reason, 300)}"
        else:
            yield f"{who} had it in hand until {until}; nobody has now."
    if not is_told:
        yield (
            "There is no fleet.yaml, so nobody is told beyond the topic `alerts` and the log; name "
            "receivers in one."
        )
        return
    if nowhere is not None and not groups:
        yield nowhere
        return
    if not groups and facts.ended is None:
        yield "No group of a receiver has it yet; it is routed when its scope is looked at next."
    elif not groups and not reached:
        yield "No receiver was told of it, and none has anything more to hear."
    if facts.ended is not None:
        told = {group.receiver for group in groups.values()}
        yield from (sentence for name, sentence in reached.items() if name not in told)
    for key, group in groups.items():
        yield _group(facts, key, group, ledger, held.get(group.receiver))


def _is_of(facts: AlertFacts, key: str, group: GroupWatch, ledger: Ledger) -> bool:
    """Whether the group still tells it: one that is over is soon a group of the others alone."""
    told = group.told.get(facts.fingerprint)
    return (
        facts.ended is None
        or facts.fingerprint in group.held
        or (told is not None and not told.over)
        or _waits(_receiver(ledger, group.receiver), key) is not None
    )


def _fires(facts: AlertFacts, life: AlertLife | None, now: datetime) -> str:
    since = spell_second(facts.since)
    if facts.ended is not None:
        why = f" because {_within(facts.over)}" if facts.over else ""
        comes = " It comes and goes." if life is not None and life.flapping else ""
        return f"It is over since {spell_second(facts.ended)}{why}.{comes}"
    lasts = spell_duration(now - facts.since)
    comes = "; it comes and goes" if life is not None and life.flapping else ""
    return f"It is firing since {since}, {lasts} by now{comes}."


def _within(reason: str | None) -> str:
    return one_line(reason or "", 400).rstrip(".")


def _group(facts: AlertFacts, key: str, group: GroupWatch, ledger: Ledger, held: str | None) -> str:
    """What a receiver knows, and what comes next for it or why nothing does."""
    fingerprint, name = facts.fingerprint, group.receiver
    watch = _receiver(ledger, name)
    told, last = group.told.get(fingerprint), watch.last.get(key)
    if last is not None and (told is not None or facts.ended is not None):
        parts = [
            f"{name} was told last at {spell_second(last.at)}, by notice {last.number} of its group"
        ]
    elif told is not None and group.sent is not None:
        parts = [
            f"notice {group.number} of its group was made for {name} at "
            f"{spell_second(group.sent)} and is not known to have reached it"
        ]
    elif facts.ended is None:
        parts = [f"{name} was not told yet"]
    else:
        parts = [f"{name} has nothing more to hear of it"]
    by = group.held.get(fingerprint)
    if by is not None:
        why = (held or "").partition(f"is not told to {name}. ")[2] or held or ""
        return f"{'; '.join(parts)}; held back now ({by}). {why}".strip()
    waiting = _waits(watch, key)
    if waiting is not None:
        parts.append(waiting)
    elif group.due is not None:
        parts.append(f"the next notice is due {spell_second(group.due)}")
    elif told is not None and told.owner is not None:
        parts.append(f"it is not repeated, because {one_line(told.owner, 120)} has it in hand")
    elif facts.ended is None:
        parts.append("no notice is due")
    return f"{'; '.join(parts)}."


def _waits(watch: ReceiverWatch, key: str) -> str | None:
    """What the receiver itself still has of the group: on its way, waiting, or in a digest."""
    flight, waiting = watch.flying.get(key), watch.waiting.get(key)
    if flight is not None:
        return f"a notice is on its way since {spell_second(flight.since)}, try {flight.attempts}"
    if waiting is not None:
        return waiting_words(waiting)
    if watch.folded is not None and key in watch.folded.listed:
        return (
            f"beyond its pace, it is told in the digest that is due "
            f"{spell_second(watch.folded.due)}"
        )
    return None


def waiting_words(waiting: Waiting) -> str:
    """Until when a notice waits at its receiver, and why."""
    why = _WHY.get(waiting.why, waiting.why.replace("_", " "))
    return f"a notice waits until {spell_second(waiting.until)}, because {one_line(why, 200)}"


def _receiver(ledger: Ledger, name: str) -> ReceiverWatch:
    plain: Mapping[str, Any] = ledger.state(f"{_RECEIVER}{name}").state
    return decode(plain, SubjectState).receiver
