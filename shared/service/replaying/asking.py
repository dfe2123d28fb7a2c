"""Replays asked for, stopped, resumed and listed, the same for the command and the API."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from shared.domain.canonical import to_plain
from shared.domain.decisions.replay.telling import spell_selection
from shared.domain.event import Event
from shared.domain.people.replay import (
    SUBJECT,
    USUAL,
    replay_asked,
    replay_resumed,
    replay_stopped,
)
from shared.domain.replay import By, ReplayPhase, ReplayWatch, Selection
from shared.domain.state import SubjectState
from shared.errors import InvalidData, NotFound
from shared.ports import Archive, Ledger
from shared.service.codec import decode
from shared.service.people.saying import Signed, say
from shared.service.replaying.rereading import Reread
from shared.service.replaying.selection import Selected, received_span
from shared.service.replaying.stepping import told_again

if TYPE_CHECKING:
    from shared.service.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a replay would tell, as far as it can be said before: events by type, and subjects.

    `decided` are selected and told only `again`, `refused` cannot be read now either.
    """

    told: Mapping[str, int]
    subjects: int
    decided: int
    refused: int

    @property
    def count(self) -> int:
        """How many events would be told."""
        return sum(self.told.values())


def expected(
    archive: Archive, ledger: Ledger, selection: Selection, reread: Reread, *, again: bool
) -> Expected:
    """Count what a replay of this selection would tell. Nothing is done. Raises InvalidData."""
    selected = Selected(selection)
    since, until = received_span(selection)
    kinds: Counter[str] = Counter()
    subjects: set[str] = set()
    decided = refused = 0
    for archived in archive.walk(since=since, until=until):
        if not selected.via(archived.via) or not selected.event(
            archived.event, archived.key, archived.received
        ):
            continue
        event = reread.read(archived)
        if event is None:
            refused += 1
            continue
        decision = ledger.decision(event.subject, event.key)
        if event.subject.startswith(SUBJECT) or not selected.decision(archived.event, decision):
            continue
        if told_again(event, "", decision, again=again) is None:
            decided += 1
            continue
        kinds[event.type.value] += 1
        subjects.add(event.subject)
    return Expected(told=dict(kinds), subjects=len(subjects), decided=decided, refused=refused)


def ask(
    service: "Service",
    archive: Archive,
    ledger: Ledger,
    name: str,
    selection: Selection,
    *,
    again: bool = False,
    rate: float = USUAL,
    count: int | None = None,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Have the selected events told again, and return the replay as it was asked for.

    What comes in from now on is no part of it. Raises InvalidData for what cannot be asked, such as
    a name that is taken.
    """
    Selected(selection)
    if selection.by is By.RECEIVED and selection.until is None:
        selection = replace(selection, until=now)
    event = replay_asked(
        name,
        selection,
        again=again,
        rate=rate,
        expected=count,
        author=author,
        reason=reason,
        now=now,
    )
    known = _watch(ledger, name)
    if known is not None:
        over = known.phase is ReplayPhase.DONE
        go_on = "" if over else f"go on with it (driftgate replay resume {name}), or "
        raise InvalidData(
            f"There is a replay {name} already, {known.phase.value}; {go_on}give this one another "
            "name."
        )
    if say(service, event, via).duplicate and _asked_otherwise(archive, event):
        raise InvalidData(
            f"Somebody asked for a replay {name} just now; give this one another name."
        )
    return {"replay": name, **event.data, "selection": to_plain(selection)}


def stop(service: "Service", ledger: Ledger, name: str, **signed: Unpack[Signed]) -> dict[str, Any]:
    """Say that it takes no more step, and return it as it was. Raises NotFound, InvalidData."""
    row = replay_of(ledger, name)
    if row["phase"] != ReplayPhase.RUNNING.value:
        raise InvalidData(f"The replay {name} is {row['phase']}; there is nothing to stop.")
    return _say(service, replay_stopped, row, signed)


def resume(
    service: "Service", ledger: Ledger, name: str, **signed: Unpack[Signed]
) -> dict[str, Any]:
    """Let it go on where it stands, and return it as it was; one that hangs gets a new step.

    Raises NotFound for one that is not known, InvalidData for one that is done.
    """
    row = replay_of(ledger, name)
    if row["phase"] == ReplayPhase.DONE.value:
        raise InvalidData(f"The replay {name} is done; there is nothing to resume.")
    return _say(service, replay_resumed, row, signed)


def replays(ledger: Ledger) -> list[dict[str, Any]]:
    """Every replay there was, those that run first, of these the latest first."""
    names = [one.removeprefix(SUBJECT) for one in ledger.subjects() if one.startswith(SUBJECT)]
    rows = [_row(name, watch) for name in names if (watch := _watch(ledger, name)) is not None]
    rows.sort(key=lambda row: str(row["asked"]), reverse=True)
    return sorted(rows, key=lambda row: row["phase"] != ReplayPhase.RUNNING.value)


def replay_of(ledger: Ledger, name: str) -> dict[str, Any]:
    """One replay. Raises NotFound."""
    watch = _watch(ledger, name)
    if watch is None:
        raise NotFound(
            f"There is no replay {name[:80]}; see driftgate replay list. One that was asked for "
            "just now takes a moment."
        )
    return _row(name, watch)


def _say(
    service: "Service", of: Callable[..., Event], row: dict[str, Any], signed: Signed
) -> dict[str, Any]:
    """Say one thing of the replay, and return it as it was before."""
    event = of(row["replay"], author=signed["author"], reason=signed["reason"], now=signed["now"])
    say(service, event, signed["via"])
    return row


def _watch(ledger: Ledger, name: str) -> ReplayWatch | None:
    return decode(ledger.state(f"{SUBJECT}{name}").state, SubjectState).replay


def _row(name: str, watch: ReplayWatch) -> dict[str, Any]:
    plain = to_plain(watch)
    told = plain if isinstance(plain, dict) else {}
    return {"replay": name, **told, "text": spell_selection(watch.selection)}


def _asked_otherwise(archive: Archive, event: Event) -> bool:
    """Whether the name was taken for something else, which is the replay that there will be."""
    kept = archive.get(event.key)
    first = {} if kept is None or kept.event is None else kept.event["data"]
    return _meant(first) != _meant(event.data)


def _meant(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, without what the moment of asking makes of it."""
    selection = {**asked.get("selection", {}), "until": None}
    return {**asked, "selection": to_plain(selection), "expected": None}
