"""Which windows of a model's rows are judged now, and which once more because data came late.

Windows end with a period of `drift.every`, or of their own length where that is shorter, so that a
look in between has nothing to read and no row is in none. A window is judged by the first look
after its end, whatever has come by then. For `collection.late` after that its files may still come
or grow: the first look afterwards judges it again if they did, once. What comes later still is
noted. Periods are taken in by the sequential alarm when they ended `late` ago; a row of after that
is never counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.collected import CollectedFile, Seen, seen
from shared.domain.evidence import LookedWindow, WindowNews
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy
from shared.domain.state import DriftWatch, JudgedWindow
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number, spell_time

MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
REMEMBERED = 50
"""Verdicts of the last windows, by which an alarm of limits looks back."""
OPEN = 200
"""Windows whose data may still come late; of more the oldest are closed as they are."""
MOST_TAKEN_IN = 20_000
"""Columns times periods of one look: a profile of each is in its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a window that was read holds: its rows, the hash of all counts, and the verdict."""

    rows: int
    counts: str
    verdict: Verdict


def last_border(at: datetime, every: timedelta) -> datetime:
    """The end of the last whole period; periods are counted from a Monday at midnight in UTC."""
    return at - (at - MONDAY) % every


def moves_by(drift: DriftPolicy) -> timedelta:
    """The time from the end of one window to the end of the next."""
    return min(drift.every, drift.window)


def taken_in_until(since: datetime, settled: datetime, every: timedelta, columns: int) -> datetime:
    """How far one look takes in the periods from `since` to `settled`; the next ones go on there.

    >>> hour = timedelta(hours=1)
    >>> (taken_in_until(MONDAY, MONDAY + 30 * hour, hour, 5_000) - MONDAY) // hour
    4
    """
    return min(settled, since + max(MOST_TAKEN_IN // max(columns, 1), 2) * every)


def look_at_windows(
    watch: DriftWatch,
    version: str,
    at: datetime,
    drift: DriftPolicy,
    late: timedelta,
    files: Sequence[CollectedFile],
) -> tuple[LookedWindow, ...]:
    """What is new of every window that is remembered, and the new one if a period has ended.

    A window is known by the baseline it was judged against: another version's are forgotten.
    """
    known = watch.windows if watch.version == version else ()
    looked = [
        LookedWindow(
            start=window.start,
            end=window.end,
            news=_news(window, at, late, files),
            seen=_seen(files, window.start, window.end),
        )
        for window in known
    ]
    end = last_border(at, moves_by(drift))
    if not known or end > known[-1].end:
        start = end - drift.window
        found = _seen(files, start, end)
        looked.append(LookedWindow(start=start, end=end, news=WindowNews.NEW, seen=found))
    return tuple(looked)


def _seen(files: Sequence[CollectedFile], start: datetime, end: datetime) -> Seen:
    return seen(file for file in files if file.may_hold(start, end))


def _news(
    window: JudgedWindow, at: datetime, late: timedelta, files: Sequence[CollectedFile]
) -> WindowNews:
    changed = _seen(files, window.start, window.end).mark != window.seen.mark
    if window.closed:
        return WindowNews.TOO_LATE if changed else WindowNews.UNCHANGED
    if at < window.judged + late:
        return WindowNews.WAITING
    return WindowNews.CHANGED if changed else WindowNews.SETTLED


def windows_after(
    looked: Sequence[LookedWindow],
    counted: Mapping[datetime, Counted],
    watch: DriftWatch,
    version: str | None,
    at: datetime,
) -> tuple[DriftWatch, tuple[Finding, ...]]:
    """The watch with what this look found in its windows, and what is to be told of late data.

    `counted` has an entry by end for each window that was read.
    """
    if watch.version != version:
        watch = DriftWatch(version=version, recent=watch.recent)
    windows, recent = list(watch.windows), list(watch.recent)
    told: list[Finding] = []
    for place, look in enumerate(looked):
        if look.news is WindowNews.NEW:
            windows.append(_judged(look, counted[look.end], at))
            recent.append(counted[look.end].verdict.value)
        else:
            windows[place], finding = _again(windows[place], look, counted.get(look.end))
            told.extend([finding] if finding is not None else [])
    for back, window in enumerate(reversed(windows), start=1):
        if back <= len(recent):
            recent[-back] = window.verdict
    kept = [window for window in windows[:-1] if not window.closed] + windows[-1:]
    return (
        replace(watch, windows=tuple(kept[-OPEN:]), recent=tuple(recent[-REMEMBERED:])),
        tuple(told),
    )


def _judged(look: LookedWindow, counted: Counted, at: datetime) -> JudgedWindow:
    return JudgedWindow(
        start=look.start,
        end=look.end,
        judged=at,
        seen=look.seen,
        rows=counted.rows,
        counts=counted.counts,
        verdict=counted.verdict.value,
    )


def _again(
    window: JudgedWindow, look: LookedWindow, counted: Counted | None
) -> tuple[JudgedWindow, Finding | None]:
    if look.news is WindowNews.SETTLED:
        return replace(window, closed=True), None
    if look.news is WindowNews.TOO_LATE:
        return replace(window, seen=look.seen), _too_late(window, look)
    if look.news is not WindowNews.CHANGED or counted is None:
        return window, None
    after = replace(
        window,
        seen=look.seen,
        rows=counted.rows,
        counts=counted.counts,
        verdict=counted.verdict.value,
        closed=True,
    )
    if counted.counts == window.counts:
        return after, None
    return after, _late(window, after)


def _late(before: JudgedWindow, after: JudgedWindow) -> Finding:
    verdicts = (
        f"the verdict stays {after.verdict}"
        if after.verdict == before.verdict
        else f"the verdict was {before.verdict} and is {after.verdict}"
    )
    return _finding(
        before,
        verdict=Verdict(after.verdict),
        reason="late_data",
        sentence=(
            f"The window ending {spell_time(before.end)} was judged again, once, because data came "
            f"late: {before.seen.files} files became {after.seen.files}, "
            f"{spell_number(before.rows)} rows {spell_number(after.rows)}; {verdicts}."
        ),
        n=after.rows,
    )


def _too_late(window: JudgedWindow, look: LookedWindow) -> Finding:
    return _finding(
        window,
        verdict=Verdict(window.verdict),
        reason="too_late",
        sentence=(
            f"Files of the window ending {spell_time(window.end)} came or grew after it was closed "
            f"({window.seen.files} files of {spell_number(window.seen.bytes)} bytes became "
            f"{look.seen.files} of {spell_number(look.seen.bytes)}); it is not judged again."
        ),
        n=window.rows,
    )


def _finding(
    window: JudgedWindow, *, verdict: Verdict, reason: str, sentence: str, n: int
) -> Finding:
    return Finding(
        rule=Rule.COLLECTION,
        thing=f"window/{spell_time(window.end)}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        n=n,
        enforced=False,
    )
