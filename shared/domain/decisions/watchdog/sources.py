"""Sources of events that are silent longer than ever before, by a margin.

The silences between arrivals are compared with the present one. Were they exchangeable, the next
would be the longest of all k + 1 with a chance of 1 in k + 1, which adds up without end. That it
is more than twice the longest of k is rarer: for silences with exponential tails its chance is
E[exp(-2·max)] = 2/((k + 1)(k + 2)), and over all silences from the k-th on that adds up to
2/(k + 1). With twenty before the first alarm, ten sources have one false alarm in all their lives.
Weekends are among the silences of four weeks, so that they are not told. Arrivals within one hour
are one: a pipeline tells several things at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.event import Event
from shared.domain.finding import Finding, Rule
from shared.domain.state import SourceWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

GAPS = 20
HISTORY = timedelta(days=28)
FACTOR = 2.0
FORGOTTEN = timedelta(days=90)
MOST = 100
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesJudged:
    """What was found of the sources, and what to remember of them."""

    findings: tuple[Finding, ...]
    alerts: tuple[Alert, ...]
    sources: dict[str, SourceWatch]


def judge_sources(
    event: Event,
    arrivals: Mapping[str, Iterable[datetime]],
    known: Mapping[str, SourceWatch],
) -> SourcesJudged:
    """Take in what arrived, and tell of every source that fell silent.

    One that nobody heard of for three months is forgotten. Of new ones no more than a hundred are
    remembered, since anybody can name one.
    """
    sources = dict(known)
    for name, times in arrivals.items():
        after = take_in(known.get(name), times)
        if after is not None:
            sources[name] = after
    kept = {n: s for n, s in sources.items() if event.time - s.last <= FORGOTTEN}
    if len(kept) > MOST:
        oldest = sorted(kept, key=lambda name: (name not in known, kept[name].first, name))
        kept = {name: kept[name] for name in sorted(oldest[:MOST])}
    silent = {n: s for n, s in sorted(kept.items()) if is_silent(s, event.time)}
    findings = [_summary(len(kept), len(silent))] if kept else []
    findings += [_finding(event, name, source) for name, source in silent.items()]
    return SourcesJudged(
        findings=tuple(findings),
        alerts=tuple(_alert(event, name, source) for name, source in silent.items()),
        sources=kept,
    )


def take_in(known: SourceWatch | None, times: Iterable[datetime]) -> SourceWatch | None:
    """A source after arrivals; those that are no later than what is known change nothing.

    A silence that was told counts as twice the longest before it at most: an outage does not make
    the next one look usual.
    """
    source = known
    for time in sorted(times):
        if source is None:
            source = SourceWatch(first=time, last=time)
        elif time > source.last:
            source = _came(source, time)
    return source


def is_silent(source: SourceWatch, at: datetime) -> bool:
    """Whether the present silence is longer than it ever was, by the factor; known long enough."""
    return _is_known(source) and (at - source.last).total_seconds() > FACTOR * source.longest


def _came(source: SourceWatch, time: datetime) -> SourceWatch:
    if _hour(time) == _hour(source.last):
        return replace(source, last=time)
    silence = (time - source.last).total_seconds()
    if _is_known(source):
        silence = min(silence, FACTOR * source.longest)
    longest = max(source.longest, silence, _HOUR.total_seconds())
    return replace(source, last=time, gaps=source.gaps + 1, longest=longest)


def _is_known(source: SourceWatch) -> bool:
    return source.gaps >= GAPS and source.last - source.first >= HISTORY


def _hour(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def _summary(known: int, silent: int) -> Finding:
    return Finding(
        rule=Rule.WATCHDOG,
        thing="sources",
        verdict=Verdict.FAIL if silent else Verdict.PASS,
        reason="silent" if silent else "heard",
        sentence=f"Of {known} sources of events {silent} are silent longer than ever before.",
        statistic="silent_sources",
        estimate=float(silent),
        limit=0.0,
        n=known,
    )


def _finding(event: Event, name: str, source: SourceWatch) -> Finding:
    silence = event.time - source.last
    return Finding(
        rule=Rule.WATCHDOG,
        thing=f"source/{name}",
        verdict=Verdict.FAIL,
        reason="source_silent",
        sentence=_sentence(name, source, silence),
        statistic="silent_seconds",
        estimate=silence.total_seconds(),
        limit=FACTOR * source.longest,
        n=source.gaps,
    )


def _sentence(name: str, source: SourceWatch, silence: timedelta) -> str:
    longest = spell_duration(timedelta(seconds=source.longest))
    return (
        f"No event of {name} came for {spell_duration(silence)}, since {spell_time(source.last)}; "
        f"the longest of {source.gaps} silences before was {longest}."
    )


def _alert(event: Event, name: str, source: SourceWatch) -> Alert:
    silence = event.time - source.last
    chance = 2.0 / ((source.gaps + 1) * (source.gaps + 2))
    return Alert(
        kind=AlertKind.SOURCE_SILENT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"no event of {name} came for {spell_duration(silence)}",
        text=(
            f"{_sentence(name, source, silence)} By chance alone one silence in "
            f"{round(1.0 / chance)} would be twice as long as any before it. Either nothing "
            "happens there any more, or its events no longer reach Driftgate: the timers still "
            "look, only later."
        ),
        first_step=_first_step(name),
        since=source.last,
        labels={"source": name},
    )


def _first_step(name: str) -> str:
    if name.startswith("azure-devops"):
        return "Look at the project's service hooks: Azure DevOps switches one off that failed."
    if name.startswith("azure-monitor"):
        return "Look whether the action group still calls Driftgate, and whether its rules are on."
    return (
        "Look whether the event subscription of the system topic exists and delivers, and whether "
        "the container deadletters has new blobs."
    )
