"""What somebody lets pass: gates of one version, for a reason, for a few days at most."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.people.signed import signed
from shared.domain.people.withdrawing import taken_back, withdrawal_of
from shared.domain.promotion import Override
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_list, spell_time
from shared.errors import InvalidData

SOURCE = "driftgate/override"
LONGEST = timedelta(days=7)
PASSABLE = tuple(r.value for r in Rule if r.value.endswith("_gate") or r is Rule.INTERVAL)
"""Whole rules that may be let pass. That a version can be read and who approved it never may."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_THING = re.compile(r"[a-z][a-z_-]{0,30}/[^/\s][^/]{0,200}")
_NEVER = ("model/", "stage/", "approval/")
_MOST_GATES = 20
_KEPT = timedelta(days=30)
_MOST_KEPT = 100


def override_given(
    model: str,
    version: str,
    *,
    gates: Sequence[str],
    author: str,
    reason: str,
    until: datetime,
    now: datetime,
) -> Event:
    """The event of saying so; it holds at once. The same words at the same time are the same.

    Raises InvalidData naming what cannot be let pass.
    """
    _check_name("model", model)
    _check_name("version", version)
    author, reason = signed(author=author, reason=reason)
    if until <= now:
        raise InvalidData("until is over already; name a later end.")
    if until - now > LONGEST:
        raise InvalidData(f"until is more than {LONGEST.days} days away; say it again then.")
    said: dict[str, Any] = {
        "version": version,
        "gates": _gates(gates),
        "author": author,
        "reason": reason,
        "since": format_time(now),
        "until": format_time(until),
    }
    identity = content_hash([model, said])[:12]
    return Event(
        id=f"override-{identity}",
        source=SOURCE,
        type=EventType.OVERRIDE_GIVEN,
        subject=f"model/{model}",
        time=now,
        data={"override": identity, **said},
    )


def override_withdrawn(
    model: str, version: str, override: str, *, author: str, reason: str, now: datetime
) -> Event:
    """The event of taking back what lets `version` pass. Raises InvalidData."""
    _check_name("model", model)
    _check_name("version", version)
    _check_name("override", override)
    author, reason = signed(author=author, reason=reason)
    return Event(
        id=f"withdrawn-{override}",
        source=SOURCE,
        type=EventType.OVERRIDE_WITHDRAWN,
        subject=f"model/{model}",
        time=now,
        data={
            "override": override,
            "version": version,
            "author": author,
            "reason": reason,
        },
    )


def override_of(event: Event) -> Override:
    """The override an event gave."""
    data = event.data
    return Override(
        id=str(data["override"]),
        version=str(data["version"]),
        gates=tuple(str(gate) for gate in data["gates"]),
        author=str(data["author"]),
        reason=str(data["reason"]),
        since=parse_time(data["since"]),
        until=parse_time(data["until"]),
    )


def overrides_after(event: Event, state: SubjectState, now: datetime) -> tuple[Override, ...]:
    """What is let pass, with what this event says of it; what ended long ago is forgotten.

    Taken back stays taken back, also when the two events come in the wrong order. The ones that
    are over are the first to go when there are very many.
    """
    kept = {one.id: one for one in state.overrides if _end(one) > now - _KEPT}
    if event.type is EventType.OVERRIDE_GIVEN:
        given = override_of(event)
        before = kept.get(given.id)
        if before is not None and before.withdrawn is not None:
            given = taken_back(given, before)
        kept[given.id] = given
    if event.type is EventType.OVERRIDE_WITHDRAWN:
        by = _withdrawal(event)
        before = kept.get(by.id, by)
        kept[by.id] = before if before.withdrawn is not None else taken_back(before, by)
    return tuple(sorted(kept.values(), key=lambda one: _end(one) > now)[-_MOST_KEPT:])


def override_findings(event: Event, state: SubjectState) -> tuple[Finding, ...]:
    """What became of an override that was given or taken back; nothing for any other event."""
    author, reason = str(event.data.get("author")), str(event.data.get("reason"))
    if event.type is EventType.OVERRIDE_GIVEN:
        given = override_of(event)
        gates, version = spell_list(list(given.gates)), f"{event.name}:{given.version}"
        word, until = "given", spell_time(given.until)
        sentence = f"{author} lets {gates} of {version} pass until {until}: {reason}"
    elif event.type is EventType.OVERRIDE_WITHDRAWN:
        known = {one.id: one for one in state.overrides}
        named = str(event.data.get("override"))
        word = "withdrawn" if named in known else "unknown"
        sentence = f"{author} took the override {named} back: {reason}"
        if named not in known:
            sentence += "; there is none such yet"
    else:
        return ()
    return (
        Finding(
            rule=Rule.OVERRIDE,
            thing=event.subject,
            verdict=Verdict.PASS,
            reason=word,
            sentence=f"{one_line(sentence, 1500).rstrip('.')}.",
            enforced=False,
        ),
    )


def is_passable(gate: str) -> bool:
    """Whether it names what may be let pass: one thing that gates look at, or a whole rule."""
    return gate in PASSABLE or (
        _THING.fullmatch(gate) is not None
        and gate == one_line(gate, len(gate))
        and not gate.startswith(_NEVER)
    )


def _end(override: Override) -> datetime:
    if override.withdrawn is None:
        return override.until
    return min(override.until, override.withdrawn)


def _withdrawal(event: Event) -> Override:
    """What is known of an override by its withdrawal alone: it lets nothing pass."""
    return Override(id=str(event.data["override"]), version="", gates=(), **withdrawal_of(event))


def _gates(gates: Sequence[str]) -> list[str]:
    """Each once, in order."""
    if not gates:
        raise InvalidData("gates is empty; name what is let pass, such as metric/auc.")
    if len(gates) > _MOST_GATES:
        raise InvalidData(f"gates has more than {_MOST_GATES} names; name fewer.")
    for gate in gates:
        if not is_passable(gate):
            raise InvalidData(
                f"gates has {gate[:80]!r}, which cannot be let pass; name one thing such as "
                f"metric/auc, or one of {', '.join(PASSABLE)}."
            )
    return sorted(set(gates))


def _check_name(field: str, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise InvalidData(
            f"{field} is {value[:80]!r}; write letters, digits, points, hyphens and underscores."
        )
