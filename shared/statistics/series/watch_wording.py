"""A watched series in one sentence."""

from datetime import timedelta

from shared.domain.wording import spell_time
from shared.statistics.series.points import Kind
from shared.statistics.series.watched import SeriesWatch, WatchReason


def watch_sentence(watch: SeriesWatch, kind: Kind) -> str:
    """What was seen, what was expected, how large the change is and what it rests on."""

    def spell(value: float | None) -> str:
        if value is None:
            return "unknown"
        return f"{value:.1%}" if kind == "proportion" else f"{value:.4g}"

    seen = (
        f"{spell(watch.observed)} instead of the expected {spell(watch.expected)}, a change of "
        f"{watch.estimate or 0.0:+.1%} ({watch.low or 0.0:+.1%} to {watch.high or 0.0:+.1%})"
    )
    if watch.reason is WatchReason.CHANGED and watch.since is not None:
        return f"Since {spell_time(watch.since)}: {seen}; {spell_evidence(watch)}."
    if watch.reason is WatchReason.EVIDENCE_GROWS:
        share = f"{watch.evidence:.0%} of the evidence that {_promise(watch)} asks for"
        return f"{seen}; there is {share}."
    if watch.reason is WatchReason.TOO_EARLY:
        soonest = min(watch.finds, key=lambda found: found.after)
        return (
            f"{watch.buckets} buckets are too few to find even a change of {soonest.change:+.0%}, "
            f"which takes about {spell_duration(soonest.after)}."
        )
    return f"No lasting change beyond {watch.tolerance:.0%} found: {seen}."


def spell_evidence(watch: SeriesWatch) -> str:
    """How sure a standing alarm is, by the most evidence there was since its change began."""
    since = [p.evidence for p in watch.points if watch.since is None or p.time >= watch.since]
    return f"the evidence is {_times(max(since))} what {_promise(watch)} asks for"


def _promise(watch: SeriesWatch) -> str:
    return f"one false alarm in {watch.false_alarm_days:g} days"


def spell_duration(duration: timedelta) -> str:
    """A duration in the unit people would use.

    >>> spell_duration(timedelta(hours=30)), spell_duration(timedelta(days=4))
    ('30 hours', '4 days')
    """
    hours = duration / timedelta(hours=1)
    if hours < 1.0:
        return f"{60 * hours:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 72.0 else f"{hours / 24:.0f} days"


def _times(evidence: float) -> str:
    return f"{evidence:.1f} times" if evidence < 1000.0 else "more than a thousand times"
