"""A silence explained: who gave it, whether it holds, and what it kept from whom."""

from collections.abc import Iterator
from datetime import datetime

from shared.domain.notices import Silence
from shared.domain.people import silence as silence_said
from shared.domain.state import SubjectState
from shared.domain.wording import one_line, spell_list
from shared.errors import NotFound
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.explaining.explanation import Explanation, Thing
from shared.service.explaining.history import History, in_order
from shared.service.explaining.standings import Standing, standings
from shared.service.explaining.wording import spell_second

_ALERTS = "alerts/"


def explain_silence(thing: Thing, ledger: Ledger, history: History, now: datetime) -> Explanation:
    """From the silences' decisions, and those of the scopes that it held something in."""
    kept = decode(ledger.state(silence_said.SUBJECT).state, SubjectState).silences
    silence = next((one for one in kept if one.id == thing.name), None)
    by = f"silence {thing.name}"
    scopes = [subject for subject in ledger.subjects() if subject.startswith(_ALERTS)]
    said = history.moments(
        [silence_said.SUBJECT], lambda finding: finding["thing"] == f"silence/{thing.name}"
    )
    held = history.moments(scopes, lambda finding: (finding.get("details") or {}).get("by") == by)
    if silence is None and not said and not held:
        raise NotFound(f"Silence {thing.name} is older than what is looked through.")
    moments, note = in_order([*said, *held])
    return Explanation(
        thing=thing,
        at=now,
        title=f"The silence {thing.name}",
        now=tuple(_now(thing.name, silence, standings(ledger, now), now)),
        facts=() if silence is None else tuple(_facts(silence)),
        moments=moments,
        commands=_commands(thing.name, silence, now),
        notes=(*history.notes, *([note] if note else [])),
    )


def _now(
    name: str, silence: Silence | None, known: dict[str, Standing], now: datetime
) -> Iterator[str]:
    if silence is None:
        yield "It is over and no longer remembered."
        return
    if silence.holds(now):
        yield f"It is in force until {spell_second(silence.until)}."
    elif silence.withdrawn is not None and silence.withdrawn <= now:
        by = one_line(silence.withdrawn_by or "somebody", 120)
        why = one_line(silence.withdrawn_because or "", 300)
        yield f"{by} took it back at {spell_second(silence.withdrawn)}: {why}"
    else:
        word = "to come" if now < silence.since else "over"
        yield f"It is {word}: from {spell_second(silence.since)} to {spell_second(silence.end)}."
    holds = [one for one, standing in known.items() if name in standing.silenced_by]
    if holds:
        yield f"It holds back {len(holds)} alerts now: {spell_list(sorted(holds), most=10)}."
    elif silence.holds(now):
        yield "No alert that is firing is held back by it now."


def _facts(silence: Silence) -> Iterator[tuple[str, str]]:
    matchers = (
        f"{one.field}{'!=' if one.negated else '='}{one.pattern}" for one in silence.matchers
    )
    yield "of", one_line(" ".join(matchers), 400)
    yield "author", silence.author
    yield "reason", silence.reason
    yield "from", spell_second(silence.since)
    yield "until", spell_second(silence.until)
    if silence.until_resolved:
        yield "besides", "it lets an alert go once that was over"


def _commands(name: str, silence: Silence | None, now: datetime) -> tuple[tuple[str, str], ...]:
    if silence is None or now >= silence.end:
        return ()
    return (("Take it back", f'driftgate silence withdraw {name} --because "..."'),)
