"""Which alerts are told together: those of one receiver with equal labels, as its routes say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alert import Alert
from shared.domain.canonical import content_hash
from shared.domain.decisions.alerts.acknowledging import is_owned
from shared.domain.decisions.alerts.holding import Case
from shared.domain.decisions.alerts.members import Group, Member
from shared.domain.decisions.alerts.routing import Taken, routes_of
from shared.domain.decisions.alerts.stages import held_by
from shared.domain.notices import AlertLife, GroupWatch, Silence
from shared.domain.notices.fields import values_of
from shared.domain.policy import AlertPolicy, Fleet, Route

_RECEIVER = "receiver/"
_MOST_GROUPS = 150


def group_key(scope: str, receiver: str, labels: Mapping[str, str]) -> str:
    """Sixteen hexadecimal digits that all notices of a group share."""
    return content_hash([scope, receiver, sorted(labels.items())])[:16]


def receivers_of(
    alert: Alert, of: str, scope: str, rules: AlertPolicy, fleet: Fleet
) -> tuple[Taken, ...]:
    """Whom an alert goes to. One about a receiver never goes to that receiver.

    What only that one would be told goes to the default, if that is another.
    """
    taken = routes_of(alert, scope, rules, fleet)
    if not of.startswith(_RECEIVER):
        return taken
    name = of.removeprefix(_RECEIVER)
    others = tuple(one for one in taken if one.receiver != name)
    if others or not taken or fleet.default in {None, name}:
        return others
    return routes_of(alert, scope, AlertPolicy(), replace(fleet, routes=[]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What alerts are routed, held back and told by, and the time it is."""

    scope: str
    own: AlertPolicy
    fleet: Fleet
    silences: tuple[Silence, ...]
    now: datetime


def groups_of(
    lives: Mapping[str, AlertLife], known: Mapping[str, GroupWatch], rules: Rules
) -> tuple[Group, ...]:
    """The groups that there are, by what fires and by what was told.

    One that has nothing to tell any more is left out, and so is one whose receiver is gone.
    """
    watches, brought = dict(known), _brought(lives, known, rules)
    for name, labels in brought:
        key = group_key(rules.scope, name, dict(labels))
        watches.setdefault(key, GroupWatch(receiver=name, labels=dict(labels), began=rules.now))
    taken = {(place[0], name) for place, routed in brought.items() for name in routed}
    groups = []
    for key, watch in watches.items():
        receiver = rules.fleet.receiver(watch.receiver)
        routed = brought.get(_place(watch), {})
        if receiver is None:
            continue
        members = tuple(
            replace(one, elsewhere=not one.routed and (receiver.name, one.fingerprint) in taken)
            for one in _members(watch, routed, lives, rules)
        )
        if members:
            groups.append(Group(key=key, watch=watch, receiver=receiver, members=members))
    return tuple(groups)


_Labels = tuple[tuple[str, str], ...]
_Place = tuple[str, _Labels]


def _brought(
    lives: Mapping[str, AlertLife], known: Mapping[str, GroupWatch], rules: Rules
) -> dict[_Place, dict[str, Taken]]:
    """By receiver and labels the firing alerts that a route brings there, by fingerprint.

    Where there are very many groups, what would begin one more is told together by receiver.
    """
    brought: dict[_Place, dict[str, Taken]] = {_place(watch): {} for watch in known.values()}
    together = {(w.receiver, name) for w in known.values() if not w.labels for name in w.told}
    for fingerprint, life in lives.items():
        if life.ended is not None and not life.flapping:
            continue
        values = values_of(life.alert, rules.scope)
        for taken in receivers_of(life.alert, life.of, rules.scope, rules.own, rules.fleet):
            labels = tuple(sorted((name, values.get(name, "")) for name in taken.route.group_by))
            place = (taken.receiver, labels)
            full = place not in brought and len(brought) >= _MOST_GROUPS
            if full or (taken.receiver, fingerprint) in together:
                place = (taken.receiver, ())
            brought.setdefault(place, {})[fingerprint] = taken
    return {place: routed for place, routed in brought.items() if routed}


def _place(watch: GroupWatch) -> _Place:
    return watch.receiver, tuple(sorted(watch.labels.items()))


def _members(
    watch: GroupWatch,
    routed: Mapping[str, Taken],
    lives: Mapping[str, AlertLife],
    rules: Rules,
) -> Iterator[Member]:
    for fingerprint in {**dict.fromkeys(routed), **dict.fromkeys(watch.told)}:
        life, taken = lives.get(fingerprint), routed.get(fingerprint)
        if life is None:
            continue
        member = Member(
            fingerprint=fingerprint,
            life=life,
            route=Route() if taken is None else taken.route,
            routed=taken is not None,
            where="" if taken is None else taken.where,
            was=watch.held.get(fingerprint),
            told=watch.told.get(fingerprint),
            owner=_owner(life, rules.now),
        )
        held = held_by(_case(member, lives, rules)) if member.fires else None
        yield replace(member, held=held)


def _owner(life: AlertLife, now: datetime) -> str | None:
    """Who has it in hand; one that comes and goes stays in the same hands."""
    there = replace(life, ended=None) if life.flapping else life
    owned = life.acknowledged if is_owned(there, now) else None
    return None if owned is None else owned.author


def _case(member: Member, lives: Mapping[str, AlertLife], rules: Rules) -> Case:
    return Case(
        scope=rules.scope,
        life=member.life,
        lives=lives,
        route=member.route,
        fleet=rules.fleet,
        silences=rules.silences,
        now=rules.now,
    )
