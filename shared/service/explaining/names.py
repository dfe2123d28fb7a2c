"""What somebody means by a few digits or a name, and what is near it when nothing is meant."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from shared.domain.event import Check
from shared.domain.people import silence as silence_said
from shared.domain.wording import one_line
from shared.errors import NotFound
from shared.ports import Archive, ArchivedEvent, Ledger
from shared.service.explaining.explanation import Thing, ThingKind

MOST_EVENTS = 500
"""So many of the newest decisions and payloads are looked through for what no state remembers."""
MOST_OLDER, MOST_OF_ONE = 10_000, 2_000
"""So many of older ones, and of one subject, before something is said to be unknown."""
_FIRST = 100
_SHORTEST, _FINGERPRINT = 4, 16
_KEY = re.compile("[0-9a-f]{64}")
_RECEIVER, _ALERTS, _RETRAINING = "receiver/", "alerts/", "retraining/"
_TELLING = (_ALERTS, _RECEIVER, "silences/", _RETRAINING)
_WHAT = (
    "an alert's fingerprint, an event's id, a notice, a group, a silence, a retraining, "
    "receiver/NAME, or a gate as MODEL:VERSION GATE"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Where a name is looked up."""

    ledger: Ledger
    archive: Archive
    receivers: Sequence[str] = ()


def named(text: str, sought: Sought) -> tuple[Thing, bool]:
    """The one thing that is meant, and whether it was so long ago that only old decisions know it.

    Raises NotFound saying what it could be, where it is nothing or several.
    """
    try:
        return _named(text, sought), False
    except NotFound:
        kind, name = _kind_of(" ".join(text.split())[:400])
        older = list(_decided(name, kind, _older(sought.ledger)))
        older = older or list(_handled(name, kind, sought.ledger))
        if len(older) != 1:
            raise
        return older[0], True


def _named(text: str, sought: Sought) -> Thing:
    """The one thing that is meant; `alert`, `event`, ... before it says of which kind it is.

    Raises NotFound saying what it could be, where it is nothing or several.
    """
    kind, name = _kind_of(" ".join(text.split())[:400])
    gate = _gate(name) if kind in {None, ThingKind.GATE} else None
    if gate is not None and (kind is ThingKind.GATE or gate.subject in sought.ledger.subjects()):
        return gate
    if not name:
        raise NotFound(f"Name what is to be explained: {_WHAT}.")
    if kind is ThingKind.RECEIVER:
        return _receiver(name, sought)
    last = _last_retraining(name, sought.ledger) if kind is ThingKind.RETRAINING else None
    if last is not None:
        return last
    if kind is None and name in _receivers(sought):
        known = list(_known(sought.ledger))
        if not _matching(name, known):
            return _receiver(name, sought)
    quick = _told_now(name, sought.ledger) if kind in {None, ThingKind.ALERT} else None
    if quick is not None:
        return quick
    known = list(_known(sought.ledger)) if kind is not ThingKind.EVENT else []
    found = _matching(name, [one for one in known if kind in {None, one.kind}])
    found = found or _looked_through(name, kind, sought)
    if len(found) == 1:
        return found[0]
    if not found and gate is not None:
        return gate
    raise NotFound(_several(name, found) if found else _unknown(name, kind, known, sought))


def _looked_through(name: str, kind: ThingKind | None, sought: Sought) -> list[Thing]:
    """What no state remembers, among the newest decisions and payloads."""
    of_events = kind in {None, ThingKind.EVENT}
    found = _kept_as(name, sought.archive) if of_events else []
    for limit in (_FIRST, MOST_EVENTS):
        found = found or list(_decided(name, kind, sought.ledger.decisions(limit=limit)))
    return found or (list(_archived(name, sought.archive)) if of_events else [])


def _kind_of(text: str) -> tuple[ThingKind | None, str]:
    first, _, rest = text.partition(" ")
    if first in set(ThingKind) and (rest or first not in {ThingKind.EVENT}):
        return ThingKind(first), rest.removeprefix(f"{first}/").strip()
    for kind in ThingKind:
        if text.startswith(f"{kind.value}/"):
            return kind, text.removeprefix(f"{kind.value}/")
    return None, text


def _gate(name: str) -> Thing | None:
    """A model's version, and perhaps one of its gates; ids of events may have colons too."""
    model, colon, version = name.partition(" ")[0].partition(":")
    if not (colon and model and version and "/" not in model):
        return None
    return Thing(kind=ThingKind.GATE, name=name, subject=f"model/{model}")


def _receiver(name: str, sought: Sought) -> Thing:
    names = _receivers(sought)
    if name in names:
        return Thing(kind=ThingKind.RECEIVER, name=name, subject=f"{_RECEIVER}{name}")
    raise NotFound(f"There is no receiver {one_line(name, 80)}; {_near(name, names)}.")


def _receivers(sought: Sought) -> list[str]:
    """Those that the fleet's file names, and those that were told something before."""
    subjects = [s for s in sought.ledger.subjects() if s.startswith(_RECEIVER)]
    return sorted({*(s.removeprefix(_RECEIVER) for s in subjects), *sought.receivers})


def active_scopes(ledger: Ledger) -> list[str]:
    """Those that have alerts to look after, known without reading every state."""
    return [s for s in ledger.reported(Check.ALERTS.value) if s.startswith(_ALERTS)]


def _told_now(name: str, ledger: Ledger) -> Thing | None:
    """A whole fingerprint that a scope looks after: what the links in messages ask for."""
    scopes = active_scopes(ledger) if len(name) == _FINGERPRINT else ()
    for scope in ledger.parts("scope", scopes).values():
        lives: Mapping[str, Any] = scope.get("lives", {})
        if name in lives:
            return Thing(kind=ThingKind.ALERT, name=name, subject=str(lives[name]["of"]))
    return None


def _known(ledger: Ledger) -> Iterator[Thing]:
    """Everything with an id that some subject's state remembers."""
    for subject in ledger.subjects():
        state = ledger.state(subject).state
        yield from _things(ThingKind.ALERT, state.get("alerts"), subject)
        if subject.startswith(_ALERTS):
            scope: Mapping[str, Any] = state.get("scope") or {}
            yield from _things(ThingKind.ALERT, scope.get("lives"), subject)
            yield from _things(ThingKind.GROUP, scope.get("groups"), subject)
        if subject == silence_said.SUBJECT:
            ids = [one["id"] for one in state.get("silences") or ()]
            yield from _things(ThingKind.SILENCE, ids, subject)
        if subject.startswith(_RETRAINING):
            ids = [one["id"] for one in (state.get("retraining") or {}).get("retrainings") or ()]
            yield from _things(ThingKind.RETRAINING, ids, subject)


def _last_retraining(model: str, ledger: Ledger) -> Thing | None:
    """The newest one of a model, if it is a model's name that stands behind `retraining/`."""
    subject = f"{_RETRAINING}{model}"
    state = ledger.state(subject).state if subject in ledger.subjects() else {}
    found = (state.get("retraining") or {}).get("retrainings") or ()
    if not found:
        return None
    newest = max(found, key=lambda one: one["asked"])
    return Thing(kind=ThingKind.RETRAINING, name=str(newest["id"]), subject=subject)


def _things(kind: ThingKind, names: Iterable[str] | None, subject: str) -> Iterator[Thing]:
    yield from (Thing(kind=kind, name=str(name), subject=subject) for name in names or ())


def _matching(name: str, things: Sequence[Thing]) -> list[Thing]:
    """The one of that name, or those that begin so; one known to several subjects is one."""
    exact = [one for one in things if one.name == name]
    if not exact and len(name) >= _SHORTEST:
        exact = [one for one in things if one.name.startswith(name.casefold())]
    once: dict[tuple[ThingKind, str], Thing] = {}
    for one in exact:
        key = (one.kind, one.name)
        if key not in once or once[key].subject.startswith(_ALERTS):
            once[key] = one
    return list(once.values())


def _kept_as(name: str, archive: Archive) -> list[Thing]:
    """The payload whose whole key it is."""
    one = archive.get(name)
    return [] if one is None else [_archived_as(one)]


def _archived_as(archived: ArchivedEvent) -> Thing:
    subject = str((archived.event or {}).get("subject") or "")
    return Thing(kind=ThingKind.EVENT, name=archived.key, subject=subject)


def _older(ledger: Ledger) -> Iterator[Mapping[str, Any]]:
    """Decisions subject by subject, first of those that tell people; so many in all.

    It takes longer than the newest of all, and finds what an old message names.
    """
    left = MOST_OLDER
    subjects = sorted(ledger.subjects(), key=lambda one: (not one.startswith(_TELLING), one))
    for subject in subjects:
        found = ledger.decisions(subject, limit=min(left, MOST_OF_ONE))
        left -= len(found)
        yield from found
        if left <= 0:
            return


def _handled(name: str, kind: ThingKind | None, ledger: Ledger) -> Iterator[Thing]:
    """The subject whose inbox has an event's whole key: of one that was erased, all there is."""
    if kind in {None, ThingKind.EVENT} and _KEY.fullmatch(name):
        for subject in islice(ledger.chained(), MOST_OF_ONE):
            if ledger.decision(subject, name) is not None:
                yield Thing(kind=ThingKind.EVENT, name=name, subject=subject)


def _decided(
    name: str, kind: ThingKind | None, decisions: Iterable[Mapping[str, Any]]
) -> Iterator[Thing]:
    """What decisions name and no state remembers: notices, events, what is long over."""
    if len(name) < _SHORTEST:
        return
    seen: dict[tuple[ThingKind, str], Thing] = {}
    for decision in decisions:
        event = decision["event"]
        if name in {event["id"], decision["hash"]} or decision["hash"].startswith(name):
            one = Thing(kind=ThingKind.EVENT, name=event["id"], subject=event["subject"])
            seen.setdefault((one.kind, f"{one.name} {one.subject}"), one)
        for finding in decision["findings"]:
            word, _, ident = str(finding["thing"]).partition("/")
            if event["subject"] == finding["thing"]:
                continue
            if word in _FOUND and ident.startswith(name):
                one = Thing(kind=ThingKind(word), name=ident, subject=event["subject"])
                seen.setdefault((one.kind, ident), one)
            group = str((finding.get("details") or {}).get("group") or "")
            if group.startswith(name):
                one = Thing(kind=ThingKind.GROUP, name=group, subject=event["subject"])
                seen.setdefault((one.kind, group), one)
        for action in decision["actions"]:
            fingerprint = (action.get("alert") or {}).get("fingerprint", "")
            if fingerprint and fingerprint.startswith(name):
                one = Thing(kind=ThingKind.ALERT, name=fingerprint, subject=event["subject"])
                seen[one.kind, fingerprint] = one
    yield from (one for one in seen.values() if kind in {None, one.kind})


_FOUND = frozenset({"alert", "group", "notice", "silence", "retraining"})


def _archived(name: str, archive: Archive) -> Iterator[Thing]:
    """What came in and was not decided: refused, or still in the queue."""
    for archived in archive.list(limit=MOST_EVENTS):
        if name == (archived.event or {}).get("id") or archived.key.startswith(name):
            yield _archived_as(archived)


def _several(name: str, found: Sequence[Thing]) -> str:
    told = ", ".join(f"{one.kind.value} {one.name}" for one in found[:10])
    return f"{one_line(name, 80)} could be {told}; write more of it, or its kind before it."


def _unknown(name: str, kind: ThingKind | None, known: Sequence[Thing], sought: Sought) -> str:
    what = "Nothing" if kind is None else f"No {kind.value}"
    names = [one.name for one in known if kind in {None, one.kind}]
    if kind is None:
        names += [*(f"receiver/{one}" for one in sought.receivers), *sought.ledger.subjects()]
    near = _near(name, names)
    could = f" It could be {_WHAT}." if kind is None else ""
    if kind in {None, ThingKind.EVENT}:
        could += f" Of what is over, {MOST_OLDER} decisions at most were looked through."
    if len(name) < _SHORTEST:
        could += f" Write at least {_SHORTEST} signs of an id."
    return f"{what} is known of {one_line(name, 80)}; {near}.{could}"


def _near(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, dict.fromkeys(names), n=3, cutoff=0.6)
    if close:
        return f"close to it: {', '.join(close)}"
    some = list(dict.fromkeys(names))[:5]
    return f"known are for example {', '.join(some)}" if some else "none is known"
