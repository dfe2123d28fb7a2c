"""A group of alerts, or one notice of it, explained: what it told, and how it got to people."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.domain.notices import GroupWatch, Notice, ReceiverWatch
from shared.domain.state import SubjectState
from shared.domain.wording import one_line, spell_list
from shared.errors import NotFound
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.explaining.explanation import Explanation, Moment, Thing
from shared.service.explaining.history import History, in_order
from shared.service.explaining.now_of_alert import waiting_words
from shared.service.explaining.wording import spell_second

_ALERTS, _RECEIVER = "alerts/", "receiver/"


def explain_group(thing: Thing, ledger: Ledger, history: History, now: datetime) -> Explanation:
    """From the decisions of its scope and its receiver."""
    scope, watch = _watch(thing, ledger)
    receiver = watch.receiver if watch is not None else _named(thing, history, "receiver")
    subjects = [one for one in (scope, f"{_RECEIVER}{receiver}" if receiver else "") if one]
    found = history.moments(subjects, lambda finding: _is_of(finding, "group", thing.name))
    moments, note = in_order(found)
    labels = {} if watch is None else watch.labels
    spelled = ", ".join(f"{name}={value or 'none'}" for name, value in labels.items())
    return Explanation(
        thing=thing,
        at=now,
        title=f"The group of {one_line(spelled, 200) or 'all alerts'} of "
        f"{scope.removeprefix(_ALERTS) or 'nobody'} for {receiver or 'nobody'}",
        now=tuple(_now_of_group(thing.name, watch, receiver, ledger, moments)),
        facts=(("scope", scope), ("receiver", receiver), ("group", thing.name)),
        moments=moments,
        commands=_alerts_in(watch),
        notes=(*history.notes, *([note] if note else [])),
    )


def explain_notice(thing: Thing, ledger: Ledger, history: History, now: datetime) -> Explanation:
    """From the decision that made it, and those of its receiver.

    Raises NotFound when neither is among those that are looked through.
    """
    notice = _notice(thing, ledger, history)
    receiver = notice.receiver if notice is not None else _named(thing, history, "receiver")
    if notice is None and not receiver:
        raise NotFound(
            f"What is known of notice {thing.name} is older than what is looked through."
        )
    scope = "" if notice is None else f"{_ALERTS}{notice.scope}"
    subjects = dict.fromkeys((scope, thing.subject, f"{_RECEIVER}{receiver}" if receiver else ""))
    found = history.moments(
        [one for one in subjects if one],
        lambda finding: _is_of(finding, "notice", thing.name),
    )
    moments, note = in_order(found)
    last = moments[-1].sentence if moments else "Nothing was decided of it that is kept."
    return Explanation(
        thing=thing,
        at=now,
        title=f"Notice {thing.name}" if notice is None else notice.title,
        now=(last, *_under_way(thing.name, receiver, ledger)),
        facts=() if notice is None else tuple(_facts(notice)),
        moments=moments,
        commands=() if notice is None else _explained(a.fingerprint for a in notice.alerts),
        notes=(*history.notes, *([note] if note else [])),
    )


def _is_of(finding: Mapping[str, Any], what: str, name: str) -> bool:
    details = finding.get("details") or {}
    return finding["thing"] == f"{what}/{name}" or details.get(what) == name


def _watch(thing: Thing, ledger: Ledger) -> tuple[str, GroupWatch | None]:
    if not thing.subject.startswith(_ALERTS):
        for subject in ledger.subjects():
            if subject.startswith(_ALERTS):
                watch = _groups_of(subject, ledger).get(thing.name)
                if watch is not None:
                    return subject, watch
        return "", None
    return thing.subject, _groups_of(thing.subject, ledger).get(thing.name)


def _groups_of(subject: str, ledger: Ledger) -> dict[str, GroupWatch]:
    return decode(ledger.state(subject).state, SubjectState).scope.groups


def _named(thing: Thing, history: History, what: str) -> str:
    """What the findings about it name besides, where nothing remembers it."""
    if thing.subject.startswith(_RECEIVER) and what == "receiver":
        return thing.subject.removeprefix(_RECEIVER)
    for decision in reversed(history.of(thing.subject)):
        for finding in decision["findings"]:
            if _is_of(finding, thing.kind.value, thing.name):
                named = (finding.get("details") or {}).get(what)
                if named:
                    return str(named)
    return ""


def _now_of_group(
    key: str,
    watch: GroupWatch | None,
    receiver: str,
    ledger: Ledger,
    moments: tuple[Moment, ...],
) -> Iterator[str]:
    waits = list(_waiting(key, receiver, ledger))
    if watch is None:
        last = moments[-1].sentence if moments else ""
        yield from waits or (f"Nothing of it is left to be told. {last}".strip(),)
        return
    yield _told(key, watch, receiver, ledger)
    if watch.held:
        held = [f"{name} ({by})" for name, by in sorted(watch.held.items())]
        yield f"Held back now: {one_line(spell_list(held, most=5), 400)}."
    yield from waits
    if not waits:
        yield (
            f"The next notice is due {spell_second(watch.due)}."
            if watch.due is not None
            else "No notice is due."
        )


def _told(key: str, watch: GroupWatch, receiver: str, ledger: Ledger) -> str:
    """What of it reached people, which may be less than was made."""
    last = _receiver(receiver, ledger).last.get(key)
    of = f"; it tells of {len(watch.told)} alert{'' if len(watch.told) == 1 else 's'}."
    if watch.sent is None:
        return f"{receiver} was not told of it yet."
    if last is not None and last.number == watch.number:
        return f"{receiver} was told last at {spell_second(last.at)}, by notice {last.number}{of}"
    before = (
        f"{receiver} was not told of it yet"
        if last is None
        else f"{receiver} was told last at {spell_second(last.at)}, by notice {last.number}"
    )
    made = spell_second(watch.sent)
    return (
        f"{before}; notice {watch.number} was made at {made} and is not known to have reached it."
    )


def _receiver(name: str, ledger: Ledger) -> ReceiverWatch:
    return decode(ledger.state(f"{_RECEIVER}{name}").state, SubjectState).receiver


def _waiting(key: str, receiver: str, ledger: Ledger) -> Iterator[str]:
    state = _receiver(receiver, ledger)
    if key in state.flying:
        flight = state.flying[key]
        yield f"A notice is on its way since {spell_second(flight.since)}, try {flight.attempts}."
    if key in state.waiting:
        words = waiting_words(state.waiting[key])
        yield f"{words[0].upper()}{words[1:]}."


def _under_way(notice: str, receiver: str, ledger: Ledger) -> Iterator[str]:
    state = _receiver(receiver, ledger)
    for flight in state.flying.values():
        if flight.notice == notice:
            yield f"It is on its way since {spell_second(flight.since)}, try {flight.attempts}."


def _notice(thing: Thing, ledger: Ledger, history: History) -> Notice | None:
    """As the decision that made or sent it has it."""
    subjects = dict.fromkeys(
        [thing.subject, *(one for one in ledger.subjects() if one.startswith(_ALERTS))]
    )
    for subject in subjects:
        for decision in reversed(history.of(subject) if subject else ()):
            for action in decision["actions"]:
                plain = action.get("notice")
                if plain and plain.get("id") == thing.name:
                    return decode(plain, Notice)
            data = decision["event"].get("data") or {}
            plain = data.get("notice")
            if isinstance(plain, dict) and plain.get("id") == thing.name:
                return decode(plain, Notice)
    return None


def _facts(notice: Notice) -> Iterator[tuple[str, str]]:
    yield "made", spell_second(notice.made)
    yield "receiver", notice.receiver
    yield "scope", notice.scope
    yield "group", f"{notice.group}, its notice {notice.number}"
    yield "because", notice.reason.value.replace("_", " ")
    yield "tells", f"{len(notice.firing)} firing, {len(notice.alerts) - len(notice.firing)} over"
    if notice.omitted or notice.held:
        yield "leaves out", f"{notice.omitted} for want of room, {notice.held} held back"
    for alert in notice.alerts[:20]:
        yield f"alert {alert.fingerprint}", f"{alert.severity.value} {one_line(alert.title, 200)}"


def _alerts_in(watch: GroupWatch | None) -> tuple[tuple[str, str], ...]:
    return () if watch is None else _explained([*watch.told, *watch.held])


def _explained(fingerprints: Iterable[str]) -> tuple[tuple[str, str], ...]:
    names = list(dict.fromkeys(fingerprints))[:10]
    return tuple(("Explain an alert of it", f"driftgate explain {name}") for name in names)
