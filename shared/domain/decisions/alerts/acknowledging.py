"""Somebody takes an alert on: it has an owner until then, and is not repeated meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.notices import Acknowledgement, AlertLife
from shared.domain.policy import SilenceRules
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_time


def acknowledged_after(
    lives: Mapping[str, AlertLife], event: Event, rules: SilenceRules, now: datetime
) -> tuple[dict[str, AlertLife], tuple[Finding, ...]]:
    """The alerts with what AlertAcknowledged or AcknowledgementWithdrawn says of one of them.

    The last word by the events' own times counts, in whatever order they come; what an alert says
    that is unknown or over changes nothing. Any other event changes nothing and finds nothing.
    """
    if event.type is EventType.ALERT_ACKNOWLEDGED:
        said = _acknowledged(event, rules)
    elif event.type is EventType.ACKNOWLEDGEMENT_WITHDRAWN:
        said = _given_back(event)
    else:
        return dict(lives), ()
    fingerprint = str(event.data["fingerprint"])
    life = lives.get(fingerprint)
    reason, sentence = _became(event, said, life, now)
    after = dict(lives)
    if life is not None and reason in {"given", "taken_over", "withdrawn"}:
        after[fingerprint] = replace(life, acknowledged=said)
    return after, (_finding(fingerprint, reason, sentence, said),)


def is_owned(life: AlertLife, now: datetime) -> bool:
    """Whether somebody has it in hand: since it began, and until the time that was said.

    One that is over and comes back is a new one, unless it only flaps.
    """
    taken = life.acknowledged
    if taken is None or life.ended is not None or not taken.since <= now < taken.until:
        return False
    return life.flapping or taken.since >= life.raised


def _acknowledged(event: Event, rules: SilenceRules) -> Acknowledgement:
    """What was said; a time that names no end, or one too far off, ends by the fleet's rules."""
    named = event.data.get("until")
    without = event.time + rules.acknowledged_for
    until = without if named is None else parse_time(str(named))
    return Acknowledgement(
        author=str(event.data["author"]),
        reason=str(event.data["reason"]),
        since=event.time,
        until=min(until, max(without, event.time + rules.longest)),
    )


def _given_back(event: Event) -> Acknowledgement:
    """One that is over as it begins, so that an older word that comes later is known as older."""
    return Acknowledgement(
        author=str(event.data["author"]),
        reason=str(event.data["reason"]),
        since=event.time,
        until=event.time,
    )


def _became(
    event: Event, said: Acknowledgement, life: AlertLife | None, now: datetime
) -> tuple[str, str]:
    """What becomes of it: a word, and a sentence without its full stop."""
    fingerprint = str(event.data["fingerprint"])
    if life is None:
        return "unknown", f"{said.author} spoke of alert {fingerprint}; there is none such"
    if life.ended is not None:
        over = f"it is over since {spell_time(life.ended)}"
        return "over", f"{said.author} spoke of alert {fingerprint}; {over}"
    before = life.acknowledged
    if before is not None and before.since > said.since:
        return "older", f"What {said.author} said of it is older than what is known"
    owner = before.author if before is not None and is_owned(life, now) else None
    if event.type is EventType.ACKNOWLEDGEMENT_WITHDRAWN:
        gave = f"{said.author} gave it back: {said.reason}"
        return "withdrawn", gave if owner in {None, said.author} else f"{gave}; {owner} had it"
    taken = f"{said.author} takes it on until {spell_time(said.until)}: {said.reason}"
    if owner is None or owner == said.author:
        return "given", taken
    return "taken_over", f"{taken}; {owner} had it before"


def _finding(fingerprint: str, reason: str, sentence: str, said: Acknowledgement) -> Finding:
    details: dict[str, Any] = {"fingerprint": fingerprint, "author": said.author}
    return Finding(
        rule=Rule.ACKNOWLEDGEMENT,
        thing=f"alert/{fingerprint}",
        verdict=Verdict.PASS,
        reason=reason,
        sentence=f"{one_line(sentence, 1500).rstrip('.')}.",
        enforced=False,
        details=details,
    )
