"""What became of a silence that was given or taken back, in a sentence."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.notices import Silence
from shared.domain.notices.matching import spell_matchers
from shared.domain.people.silence import MOST_IN_FORCE, silence_of
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_time


def found(
    event: Event, before: Sequence[Silence], after: Sequence[Silence], scopes: int, now: datetime
) -> Finding:
    """What was said, and what it changes."""
    given = event.type is EventType.SILENCE_GIVEN
    reason, sentence = (
        _given(silence_of(event), before, after, now) if given else _withdrawn(event, before, now)
    )
    refused = reason == "too_many"
    return Finding(
        rule=Rule.SILENCE,
        thing=f"silence/{event.data['silence']}",
        verdict=Verdict.FAIL if refused else Verdict.PASS,
        reason=reason,
        sentence=f"{one_line(sentence, 1500).rstrip('.')}.",
        enforced=refused,
        details=_details(event, scopes),
    )


def looked(event: Event, silences: Sequence[Silence], scopes: int, now: datetime) -> Finding:
    """How many there are, when nobody said anything."""
    in_force = sum(one.holds(now) for one in silences)
    to_come = sum(one.since > now and one.end > now for one in silences)
    asked = f"; {scopes} scopes are asked to look again" if scopes else ""
    return Finding(
        rule=Rule.SILENCE,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="looked",
        sentence=f"{in_force} silences are in force and {to_come} are to come{asked}.",
        n=in_force,
        enforced=False,
    )


def _given(
    silence: Silence, before: Sequence[Silence], after: Sequence[Silence], now: datetime
) -> tuple[str, str]:
    kept = {one.id: one for one in after}.get(silence.id)
    known = {one.id: one for one in before}.get(silence.id)
    what = spell_matchers(silence.matchers)
    until = spell_time(silence.until)
    said = f"{silence.author} silences {what} until {until}: {silence.reason}"
    if kept is None:
        return "too_many", (
            f"{silence.author} wanted to silence {what}, but {MOST_IN_FORCE} silences are in "
            "force or to come already; take one back, or give a route other receivers"
        )
    if kept.withdrawn is not None:
        return "withdrawn", f"{said.rstrip('.')}; it was taken back already"
    if known is not None:
        return "known", f"{said.rstrip('.')}; that was known"
    if silence.end <= now:
        return "over", f"{said.rstrip('.')}; it came too late and is over"
    if silence.since > now:
        return "to_come", f"{said.rstrip('.')}; it begins {spell_time(silence.since)}"
    return "given", said


def _withdrawn(event: Event, before: Sequence[Silence], now: datetime) -> tuple[str, str]:
    named = str(event.data["silence"])
    known = {one.id: one for one in before}.get(named)
    sentence = f"{event.data['author']} took silence {named} back: {event.data['reason']}"
    if known is None:
        return "unknown", f"{sentence.rstrip('.')}; there is none such yet"
    if known.end <= now:
        return "over", f"{sentence.rstrip('.')}; it was over"
    return "withdrawn", sentence


def _details(event: Event, scopes: int) -> dict[str, Any]:
    details = {"silence": event.data["silence"], "author": event.data["author"], "scopes": scopes}
    if event.type is EventType.SILENCE_GIVEN:
        return {**details, "matchers": event.data["matchers"], "until": event.data["until"]}
    return details
