"""An alert that somebody silenced is not told until the silence ends."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.domain.decisions.alerts.holding import Case, Held
from shared.domain.finding import Rule
from shared.domain.notices import AlertLife, Silence
from shared.domain.notices.fields import values_of
from shared.domain.wording import spell_time


def silenced(case: Case) -> Held | None:
    """The stage: held while a silence in force covers it that it has not outlived.

    Of several the one that ends last is named. `until` is when none is in force any more, those
    that begin before the last ends included.
    """
    values = values_of(case.life.alert, case.scope)
    covering = [one for one in case.silences if _covers(one, case.life, values)]
    held = [one for one in covering if one.holds(case.now)]
    if not held:
        return None
    last = max(held, key=lambda one: (one.end, one.id))
    until = _until(last.end, covering)
    sentence = f"{last.author} silenced it until {spell_time(last.end)}: {last.reason}"
    if last.until_resolved:
        sentence = f"{sentence.rstrip('.')}; only until it is over once"
    return Held(
        rule=Rule.SILENCE,
        by=f"silence {last.id}",
        sentence=f"{sentence.rstrip('.')}.",
        until=until,
    )


def outlived_after(
    life: AlertLife, scope: str, silences: Iterable[Silence], at: datetime
) -> tuple[str, ...]:
    """The silences an alert has outlived when it is over `at`: they hold it no more.

    Those before are kept as long as their silence is known.
    """
    values = values_of(life.alert, scope)
    known = {one.id: one for one in silences}
    now = {
        one.id
        for one in known.values()
        if one.until_resolved and one.holds(at) and one.covers(values)
    }
    return tuple(sorted({*now, *life.outlived} & known.keys()))


def _covers(silence: Silence, life: AlertLife, values: Mapping[str, str]) -> bool:
    outlived = silence.until_resolved and silence.id in life.outlived
    return not outlived and silence.covers(values)


def _until(end: datetime, covering: Iterable[Silence]) -> datetime:
    """When the last of those ends that follow each other without a gap."""
    for one in sorted(covering, key=lambda one: one.since):
        if one.since <= end < one.end:
            end = one.end
    return end
