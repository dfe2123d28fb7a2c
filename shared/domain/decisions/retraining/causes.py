"""Findings that ask for a retraining: taken in, left out when they are over, and made into one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.decisions.retraining.look import Look, noted, wait
from shared.domain.finding import Finding
from shared.domain.policy import RetrainingPolicy
from shared.domain.retraining import Retraining, RetrainingCause, RetrainingWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration, spell_time

MOST_CAUSES = 50
_MOST_FEATURES = 30
_MOST_TOGETHER = 100
_MOST_TEXT = 200
_UNJUDGED = timedelta(days=7)
"""So long a cause waits for a policy that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Causes that become one retraining, at `due` at the earliest."""

    causes: tuple[RetrainingCause, ...]
    due: datetime


def take_in(watch: RetrainingWatch, look: Look) -> tuple[RetrainingWatch, Finding]:
    """A cause that was told joins those that wait; the same finding repeated is one.

    A finding that lasts is told again with a window that begins where it did and ends later: while
    it waits it grows; once it was asked for, it may ask anew.

    One without its cause or window cannot be told from its repeat, and is only noted.
    """
    data, event = look.event.data, look.event
    for key in ("cause", "window"):
        if not isinstance(data.get(key), str) or not one_line(str(data[key]), _MOST_TEXT):
            sentence = f"{key} of {event.id[:80]} is empty; say what asks for a retraining with it."
            return watch, noted(look, "unreadable", sentence, verdict=Verdict.ERROR)
    features = data.get("features")
    listed = features if isinstance(features, list | tuple) else ()
    cause = RetrainingCause(
        cause=one_line(data["cause"], _MOST_TEXT),
        window=one_line(data["window"], _MOST_TEXT),
        time=min(event.time, look.now),
        features=tuple(one_line(str(name), _MOST_TEXT) for name in listed[:_MOST_FEATURES]),
        decision=one_line(str(data.get("decision") or ""), 64),
    )
    told = f"{cause.cause} in {cause.window} asks for a retraining of {look.model}"
    if any(_covers(one, cause) for one in _known(watch)):
        return watch, noted(look, "repeated", f"{told}; that is known already.")
    same = [one for one in watch.causes if _finding(one) == _finding(cause)]
    others = [one for one in watch.causes if _finding(one) != _finding(cause)]
    grown = _united(same, cause)
    waiting = sorted((*others, grown), key=lambda one: (one.time, one.cause, one.window))
    watch = replace(watch, causes=tuple(waiting[-MOST_CAUSES:]))
    return watch, noted(look, "cause", f"{told}; {wait(len(watch.causes))} now.")


def _known(watch: RetrainingWatch) -> Iterable[RetrainingCause]:
    yield from watch.causes
    for one in watch.retrainings:
        yield from one.causes


def _finding(cause: RetrainingCause) -> tuple[str, object]:
    """What makes a finding the same: what it is, and since when."""
    span = _span(cause.window)
    return cause.cause, cause.window if span is None else span[0]


def _covers(known: RetrainingCause, cause: RetrainingCause) -> bool:
    """Whether all of a cause is known: the same finding, up to the same time or further."""
    if _finding(known) != _finding(cause):
        return False
    before, now = _span(known.window), _span(cause.window)
    return before is None or now is None or now[1] <= before[1]


def _united(same: Sequence[RetrainingCause], cause: RetrainingCause) -> RetrainingCause:
    """One finding as it was told so far, whichever was told first."""
    features = dict.fromkeys(name for one in (*same, cause) for name in one.features)
    return replace(
        cause,
        time=min(one.time for one in (*same, cause)),
        last=max(_last(one) for one in (*same, cause)),
        features=tuple(features)[:_MOST_FEATURES],
    )


def _last(cause: RetrainingCause) -> datetime:
    return cause.time if cause.last is None else cause.last


def still_there(
    causes: Sequence[RetrainingCause], promoted: datetime | None, look: Look
) -> tuple[tuple[RetrainingCause, ...], tuple[Finding, ...]]:
    """The causes without those that a promoted version cured, and those that are over."""
    kept, findings = [], []
    for cause in causes:
        why = _gone(cause, promoted, look)
        if why is None:
            kept.append(cause)
        else:
            reason, sentence = why
            findings.append(
                noted(
                    look, reason, f"{cause.cause} in {cause.window} is not waited on: {sentence}."
                )
            )
    return tuple(kept), tuple(findings)


def _gone(cause: RetrainingCause, promoted: datetime | None, look: Look) -> tuple[str, str] | None:
    ends = _span(cause.window)
    if promoted is not None and (cause.time if ends is None else ends[1]) <= promoted:
        return "cured", f"a version was promoted at {spell_time(promoted)}, after its window"
    over = look.evidence.over.get(cause.cause)
    if over is not None and over > _last(cause):
        return "over", f"its alert ended at {spell_time(over)}"
    return None


def without_lapsed(
    causes: Sequence[RetrainingCause], together: Together | None, look: Look
) -> tuple[tuple[RetrainingCause, ...], tuple[Finding, ...]]:
    """The causes without those that are too old to be one of several that come together."""
    within = _UNJUDGED if look.policy is None else look.rules.within
    if together is not None and look.policy is not None:
        return tuple(causes), ()
    kept = tuple(one for one in causes if look.waited(_last(one)) <= within)
    gone = len(causes) - len(kept)
    if not gone:
        return kept, ()
    sentence = (
        f"{gone} of {len(causes)} causes to retrain {look.model} are older than "
        f"{spell_duration(within)} and too few; they are dropped."
    )
    return kept, (noted(look, "lapsed", sentence),)


def together(causes: Sequence[RetrainingCause], rules: RetrainingPolicy) -> Together | None:
    """Those that wait, once as many as are needed came within the span; None before.

    One that lasts belongs to what came while it was told.
    """
    ordered = sorted(causes, key=lambda one: one.time)
    for number, newest in enumerate(ordered, start=1):
        came = [one for one in ordered[:number] if newest.time - _last(one) <= rules.within]
        if len(came) >= max(rules.causes, 1):
            return Together(causes=tuple(ordered), due=came[0].time + rules.debounce)
    return None


def merged(causes: Sequence[RetrainingCause], model: str) -> tuple[str, str, str, tuple[str, ...]]:
    """The id, the cause, the window and the features of the retraining that they become.

    The id is that of the message by which it is asked for.
    """
    cause = one_line(", ".join(sorted({one.cause for one in causes})), _MOST_TEXT)
    spans = [span for one in causes if (span := _span(one.window)) is not None]
    window = causes[0].window
    if spans:
        start, end = min(span[0] for span in spans), max(span[1] for span in spans)
        window = f"{format_time(start)}/{format_time(end)}"
    features = dict.fromkeys(name for one in causes for name in one.features)
    identity = content_hash(["RequestRetraining", model, cause, window])
    return identity, cause, window, tuple(features)[:_MOST_TOGETHER]


def known_as(identity: str, retrainings: Sequence[Retraining]) -> bool:
    """Whether it was asked for already: its message would be taken for a repeat."""
    return any(one.id == identity for one in retrainings)


def _span(window: str) -> tuple[datetime, datetime] | None:
    """A window's start and end, None where they cannot be read."""
    start, _, end = window.partition("/")
    try:
        return parse_time(start), parse_time(end)
    except ValueError:
        return None
