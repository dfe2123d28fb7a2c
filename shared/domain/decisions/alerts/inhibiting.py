"""An alert that follows from another is not told while that other one is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.alert import Severity
from shared.domain.decisions.alerts.holding import Case, Held
from shared.domain.decisions.alerts.inhibitions import BUILT_IN
from shared.domain.finding import Rule
from shared.domain.notices import AlertLife
from shared.domain.notices.fields import fits, values_of
from shared.domain.policy import AlertsOf, Fleet, Inhibition

_FIRST = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def inhibited(case: Case) -> Held | None:
    """The stage: held while a firing alert that is itself not inhibited says it already.

    What is inhibited inhibits nothing, so that every alert that is held has one behind it that is
    not. In a circle the most severe counts, of these the one that began first.
    """
    graph = _Graph(scope=case.scope, lives=case.lives, rules=rules_of(case.fleet))
    source = graph.source_of(case.life.alert.fingerprint)
    if source is None:
        return None
    alert = case.lives[source].alert
    return Held(
        rule=Rule.INHIBITION,
        by=f"inhibited by {source}",
        sentence=(
            f"It follows from {alert.kind.value} {source} of {alert.subject}, which is firing; "
            "it is told when that is over and this is not."
        ),
    )


def rules_of(fleet: Fleet) -> tuple[Inhibition, ...]:
    """Those that are built in, unless the fleet turns them off, and the fleet's own."""
    return (*(BUILT_IN if fleet.built_in_inhibitions else ()), *fleet.inhibit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graph:
    """Which firing alerts would mute which, looked at only as far as one alert needs it."""

    scope: str
    lives: Mapping[str, AlertLife]
    rules: tuple[Inhibition, ...]

    def source_of(self, fingerprint: str) -> str | None:
        """The alert that mutes this one and is not muted itself, the most severe of several."""
        sources = self._upstream(fingerprint)
        muted = _settled(sources, self._rank)
        free = [one for one in sources.get(fingerprint, ()) if not muted[one]]
        return min(free, key=self._rank, default=None) if muted.get(fingerprint) else None

    def _upstream(self, fingerprint: str) -> dict[str, frozenset[str]]:
        """By alert those that would mute it, from this one on to all that it hangs on."""
        found: dict[str, frozenset[str]] = {}
        open_ = [fingerprint]
        while open_:
            one = open_.pop()
            if one not in found:
                found[one] = frozenset(self._sources(one))
                open_.extend(found[one])
        return found

    def _sources(self, target: str) -> Iterator[str]:
        if target not in self.lives:
            return
        values = self._values(target)
        for rule in self.rules:
            if not _is_of(values, rule.target):
                continue
            both = _is_of(values, rule.source)
            for one in self._firing(rule.source):
                if one == target:
                    continue
                of = self._values(one)
                agree = all(of.get(name, "") == values.get(name, "") for name in rule.equal)
                if agree and _is_of(of, rule.source) and not (both and _is_of(of, rule.target)):
                    yield one

    def _firing(self, wanted: AlertsOf) -> Iterator[str]:
        """Those of the kinds that are wanted: most are none, and need no closer look."""
        for fingerprint, life in self.lives.items():
            if life.ended is None and (not wanted.kind or life.alert.kind in wanted.kind):
                yield fingerprint

    def _values(self, fingerprint: str) -> dict[str, str]:
        return values_of(self.lives[fingerprint].alert, self.scope)

    def _rank(self, fingerprint: str) -> tuple[int, datetime, str]:
        life = self.lives[fingerprint]
        return _FIRST[life.alert.severity], life.raised, fingerprint


def _is_of(values: Mapping[str, str], wanted: AlertsOf) -> bool:
    return fits(values, kind=wanted.kind, severity=wanted.severity, labels=wanted.labels)


def _settled(
    sources: Mapping[str, frozenset[str]], rank: Callable[[str], Any]
) -> Mapping[str, bool]:
    """Which are muted: those with a source that is not.

    Where all wait for each other, the first of a circle that nothing outside can mute is not.
    """
    muted: dict[str, bool] = {}
    while open_ := {one for one in sources if one not in muted}:
        for one in open_:
            if any(muted.get(source) is False for source in sources[one]):
                muted[one] = True
            elif all(muted.get(source, False) for source in sources[one]):
                muted[one] = False
        if open_.isdisjoint(muted):
            circles = [_before(one, sources, open_) for one in sorted(open_)]
            circle = min(circles, key=len)
            muted[min(circle, key=rank)] = False
    return muted


def _before(one: str, sources: Mapping[str, frozenset[str]], among: set[str]) -> set[str]:
    """It, and whatever it hangs on: the smallest such set hangs on nothing but itself."""
    found: set[str] = set()
    open_ = [one]
    while open_:
        last = open_.pop()
        if last not in found:
            found.add(last)
            open_.extend(sources[last] & among)
    return found
