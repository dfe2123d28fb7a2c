"""How much a scope remembers: what matters still, the worst first, and never more than fits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.canonical import canonical_json, utf16_units
from shared.domain.decisions.alerts.flapping import calm_at
from shared.domain.decisions.alerts.members import rank
from shared.domain.decisions.alerts.said import short
from shared.domain.notices import AlertLife, GroupWatch, ScopeWatch, Silence
from shared.domain.policy import Flapping

_MOST_LIVES = 200
_MOST_CHARACTERS = 360_000
_ROOM = 330_000
_SHORTER = ((700, 300), (250, 100), (80, 0))
_AT_A_TIME = 10


def the_worst(
    lives: Mapping[str, AlertLife], watch: ScopeWatch
) -> tuple[dict[str, AlertLife], int]:
    """At most so many alerts as are kept, and how many that fire had to be left out."""
    return _first(lives, watch.groups, _room(watch))


def _room(watch: ScopeWatch) -> int:
    """For how many there is room if all take as much as those that are known.

    What would be left out again at the end is not let in: it would be told anew at each look.
    """
    if not watch.dropped or not watch.lives:
        return _MOST_LIVES
    each = _size(_cut(watch.lives, *_SHORTER[-1]), watch.groups) / len(watch.lives)
    return min(_MOST_LIVES, int(_ROOM / each))


def _first(
    lives: Mapping[str, AlertLife], groups: Mapping[str, GroupWatch], most: int
) -> tuple[dict[str, AlertLife], int]:
    """Of each group that was told one stays whatever comes, or its end would never be told."""
    told, last = told_in(groups), _last_of(lives, groups)

    def order(fingerprint: str) -> tuple[bool, bool, int, bool, datetime, str]:
        life = lives[fingerprint]
        over = life.ended is not None and fingerprint not in told
        return (
            fingerprint not in last,
            over,
            -rank(life.alert.severity),
            fingerprint not in told,
            life.raised,
            fingerprint,
        )

    if len(lives) <= most:
        return dict(lives), 0
    names = sorted(lives, key=order)
    kept = set(names[:most])
    left_out = sum(lives[name].ended is None for name in names[most:])
    return {name: life for name, life in lives.items() if name in kept}, left_out


def _last_of(lives: Mapping[str, AlertLife], groups: Mapping[str, GroupWatch]) -> set[str]:
    """By told group the alert that stands for it: one that fires if there is one, the worst."""

    def order(fingerprint: str) -> tuple[bool, int, datetime, str]:
        life = lives[fingerprint]
        return life.ended is not None, -rank(life.alert.severity), life.raised, fingerprint

    there = ([name for name in watch.told if name in lives] for watch in groups.values())
    return {min(names, key=order) for names in there if names}


def with_left_out(
    groups: Mapping[str, GroupWatch], before: Mapping[str, GroupWatch], left_out: Collection[str]
) -> dict[str, GroupWatch]:
    """The groups, still knowing that people were told of alerts for which there is no room now.

    They fire, so a group is not over before they are, and they are not new when they have room.
    """
    after = dict(groups)
    for key, watch in before.items():
        told = {name: told for name, told in watch.told.items() if name in left_out}
        if told and key in after:
            some = dict(sorted(told.items())[:_MOST_LIVES])
            after[key] = replace(after[key], told={**some, **after[key].told})
    return after


def told_in(groups: Mapping[str, GroupWatch]) -> set[str]:
    """The alerts that some receiver believes to fire."""
    return {fingerprint for watch in groups.values() for fingerprint in watch.told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What decides how long an alert that is over is remembered.

    `told` are the alerts that some receiver believes to fire.
    """

    told: Collection[str]
    flapping: Flapping
    silences: tuple[Silence, ...]
    now: datetime

    def wakes_at(self, life: AlertLife) -> datetime | None:
        """When something becomes of an alert without any event: it is calm, or forgotten."""
        if life.flapping:
            return calm_at(life, self.flapping)
        if life.ended is None or life.alert.fingerprint in self.told:
            return None
        times = [life.ended]
        if self.flapping.changes > 0:
            times += [change + self.flapping.within for change in life.changes]
        times += [one.end for one in self.silences if one.id in life.outlived]
        return max(times)

    def kept(self, lives: Mapping[str, AlertLife]) -> dict[str, AlertLife]:
        """Without those that are over for good: told as that, not flapping, nothing outlived."""
        return {name: life for name, life in lives.items() if not self._is_forgotten(life)}

    def _is_forgotten(self, life: AlertLife) -> bool:
        wakes = self.wakes_at(life)
        return life.ended is not None and wakes is not None and wakes <= self.now


def fitted(watch: ScopeWatch) -> ScopeWatch:
    """What fits into the ledger's row: words are cut first, then the least of the alerts go.

    A later look reads the words again from the subjects.
    """
    if _size(watch.lives, watch.groups) <= _MOST_CHARACTERS:
        return watch
    lives, groups, dropped = dict(watch.lives), dict(watch.groups), watch.dropped
    for text, first_step in _SHORTER:
        if _size(lives, groups) <= _MOST_CHARACTERS:
            break
        lives = _cut(lives, text, first_step)
    while lives and _size(lives, groups) > _MOST_CHARACTERS:
        lives, more = _first(lives, groups, max(0, len(lives) - _AT_A_TIME))
        dropped += more
        groups = _only(groups, lives)
    return replace(watch, lives=lives, groups=groups, dropped=dropped)


def _cut(lives: Mapping[str, AlertLife], text: int, first_step: int) -> dict[str, AlertLife]:
    return {
        name: replace(life, alert=short(life.alert, text, first_step))
        for name, life in lives.items()
    }


def _size(lives: Mapping[str, AlertLife], groups: Mapping[str, GroupWatch]) -> int:
    return utf16_units(canonical_json([lives, groups]).decode())


def _only(
    groups: Mapping[str, GroupWatch], lives: Mapping[str, AlertLife]
) -> dict[str, GroupWatch]:
    kept = {
        key: replace(
            watch,
            told={name: told for name, told in watch.told.items() if name in lives},
            held={name: held for name, held in watch.held.items() if name in lives},
        )
        for key, watch in groups.items()
    }
    return {key: watch for key, watch in kept.items() if watch.due or watch.told or watch.held}
