"""A dead letter is mended before it is sent again; what it was stays as it is."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import canonical_json
from shared.errors import InvalidData
from shared.ports import Adapters, Note
from shared.service.dead_letters.letters import Letter, body_of
from shared.service.dead_letters.secrecy import SECRET

MOST_BYTES = 256 * 1024


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
    if body_of(content) is None:
        raise InvalidData("The body is no JSON object; write one.")
    return content


def keep(letter: Letter, content: bytes | None, adapters: Adapters, now: datetime) -> None:
    """Keep the edited body beside the original, in place of an earlier one; None takes it back."""
    note = letter.note or Note(
        queue=letter.queue,
        message_id=letter.message.id,
        number=letter.number,
        at=now,
        reason="",
        sentence="",
        tries=0,
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
