"""A dead letter is mended before it is sent again; what it was stays as it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import canonical_json
from shared.domain.event import EventType
from shared.errors import InvalidData
from shared.ports import Adapters, Note
from shared.service import messages
from shared.service.dead_letters.letters import Letter, body_of
from shared.service.dead_letters.secrecy import SECRET
from shared.service.dead_letters.showing import type_of
from shared.service.intake.own import OURS_ALONE

MOST_BYTES = 256 * 1024
_OURS = frozenset(kind.value for kind in (*OURS_ALONE, EventType.CHECK_DUE))
_MARKS = ("replayname", "replayapplied", "replayagain")
_REQUESTS = frozenset({messages.PROMOTION_REQUESTS, messages.RETRAINING_REQUESTS})
_DECIDED = (
    "action",
    "model",
    "version",
    "stage",
    "promotion",
    "evidence_hash",
    "to",
    "registry",
    "workspace",
    "tags",
    "endpoint",
    "traffic",
    "expected",
    "mirror",
    "expected_mirror",
    "order",
    "until",
    "cause",
    "window",
    "retraining",
    "cost",
)
"""What a request asks for, by the fields of its action; by which pipeline or job may be mended."""


def with_values(letter: Letter, settings: Sequence[str]) -> bytes:
    """The body with values set: `data.version=8` where the path's last step may be new.

    A value is read as JSON, and where it is none as text; a step that is a number counts in an
    array. Raises InvalidData naming the step that is not there.
    """
    body = body_of(letter.content)
    if body is None:
        raise InvalidData("The body is no JSON object, which has no paths; write a whole --file.")
    for setting in settings:
        path, sign, text = setting.partition("=")
        if not sign or not path:
            raise InvalidData(f"{setting[:80]!r} sets nothing; write path=value.")
        _set(body, path.split("."), _value(text), path)
    return canonical_json(body)


def checked(letter: Letter, content: bytes) -> bytes:
    """A body that may be sent in place of the original. Raises InvalidData."""
    if letter.queue in SECRET:
        raise InvalidData(
            f"Messages of {letter.queue} hold the token of a job; they are not edited. "
            "Resubmit it as it is, or ask for the check again."
        )
    if len(content) > MOST_BYTES:
        raise InvalidData(f"The body has over {MOST_BYTES} bytes; no message may have more.")
    body = body_of(content)
    if body is None:
        raise InvalidData("The body is no JSON object; write one.")
    before = body_of(letter.original) or {}
    if body != before:
        _refuse_ours(letter.queue, before, body)
    return content


def _refuse_ours(queue: str, before: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """An edit says no more than anybody may tell: not what Driftgate says, decides or marks."""
    if queue in _REQUESTS:
        was, told = _data(before), _data(body)
        for name in _DECIDED:
            if was.get(name) != told.get(name):
                raise InvalidData(
                    f"data.{name} was decided, and an edit decides nothing; take that back, and "
                    "ask for what is wanted instead."
                )
    if queue.partition("/")[0] == messages.UNDELIVERED:
        raise InvalidData(
            "A notice is made by Driftgate alone and not edited; resubmit it as it is, and its "
            "receiver sends it if it is still news."
        )
    if queue == messages.CHECKS:
        ours = [kind for kind in (type_of(before), type_of(body)) if kind in _OURS]
        if ours:
            raise InvalidData(
                f"An event of type {ours[0]} is made by Driftgate alone and not edited; resubmit "
                "it as it is, or say it by its own command."
            )
        if _source(body) != _source(before) and _source(body).startswith("driftgate/"):
            raise InvalidData("source is Driftgate's own; name another.")
    for name in _MARKS:
        if before.get(name) != body.get(name):
            raise InvalidData(f"{name} is the mark of a replay; leave it as it was.")


def _data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    data = body.get("data")
    return data if isinstance(data, Mapping) else {}


def _source(body: Mapping[str, Any]) -> str:
    return str(body.get("source", "")).strip().casefold()


def keep(letter: Letter, content: bytes | None, adapters: Adapters, now: datetime) -> None:
    """Keep the edited body beside the original, in place of an earlier one; None takes it back."""
    note = letter.note
    if note is None or note.number != letter.number:
        note = Note(
            queue=letter.queue,
            message_id=letter.message.id,
            number=letter.number,
            at=now,
            reason="" if note is None else note.reason,
            sentence="" if note is None else note.sentence,
            tries=0 if note is None else note.tries,
            whole=False,
        )
    adapters.notes.keep(replace(note, edited=None if content is None else checked(letter, content)))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _set(body: dict[str, Any], steps: Sequence[str], value: Any, path: str) -> None:
    place: Any = body
    for step in steps[:-1]:
        place = _inside(place, step, path)
    last = steps[-1]
    if isinstance(place, dict):
        place[last] = value
    elif isinstance(place, list) and last.isdecimal() and int(last) < len(place):
        place[int(last)] = value
    else:
        raise InvalidData(f"{path[:80]} cannot be set: {last[:80]!r} is no place in the body.")


def _inside(place: Any, step: str, path: str) -> Any:
    if isinstance(place, dict) and step in place:
        return place[step]
    if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    raise InvalidData(f"{path[:80]} cannot be set: there is no {step[:80]!r} in the body.")
