"""A message over the broker's limit travels as a reference: its content is kept as evidence.

The claim check, in the words of CloudEvents: `dataref` names where the data is that `data` would
hold. Whoever reads it takes nothing for it that was not kept for this very message.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from shared.domain.canonical import canonical_json
from shared.errors import AlteredEvidence, MalformedPayload, NotFound
from shared.ports import Evidence, Message

MOST_BODY = 229_376
"""Bytes of a body that goes as it is: the broker takes 262 144 with headers and properties."""
LONGEST_PROPERTY = 1_024
"""Characters of a property, which subscriptions filter by; all of them have 64 KB together."""
_PLACE = "evidence/"
_DIGITS = 64
_SAME = ("specversion", "id", "source", "type", "subject", "time")


def by_reference(messages: Sequence[Message | None]) -> tuple[list[Message | None], list[bytes]]:
    """The messages as they can be sent, and what is to be kept as evidence before they are."""
    sent: list[Message | None] = []
    pieces: list[bytes] = []
    for message in messages:
        if message is None:
            sent.append(None)
            continue
        content = canonical_json(message.body)
        body = message.body
        if len(content) > MOST_BODY:
            pieces.append(content)
            body = {name: value for name, value in body.items() if name != "data"}
            body["dataref"] = f"{_PLACE}{sha256(content).hexdigest()}"
        cut = {name: value[:LONGEST_PROPERTY] for name, value in message.properties.items()}
        sent.append(replace(message, body=body, properties=cut))
    return sent, pieces


def whole(body: Mapping[str, Any], evidence: Evidence) -> Mapping[str, Any]:
    """A message's body with its data, wherever that is kept; `dataref` stays beside it.

    Raises MalformedPayload where it refers to what is no longer kept, or to what was never kept for
    it: who writes a hash into a message makes us read nothing else as its data.
    """
    reference = body.get("dataref")
    if reference is None or "data" in body:
        return body
    digits = str(reference).removeprefix(_PLACE)
    if len(digits) != _DIGITS or not str(reference).startswith(_PLACE):
        raise MalformedPayload(f"A message refers to {str(reference)[:80]!r}, which is no content.")
    try:
        content = json.loads(evidence.get(digits))
    except NotFound as problem:
        raise MalformedPayload(
            f"A message refers to the content {digits[:12]}, which is not kept any more."
        ) from problem
    except (AlteredEvidence, ValueError) as problem:
        raise MalformedPayload(
            f"A message refers to the content {digits[:12]}, which is no message."
        ) from problem
    if (
        not isinstance(content, dict)
        or "data" not in content
        or any(content.get(name) != body.get(name) for name in _SAME)
    ):
        raise MalformedPayload(
            f"A message refers to the content {digits[:12]}, which was not kept for it."
        )
    return {**body, "data": content["data"]}


def as_sent(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as it travels: without the data that its reference stands for."""
    return {name: value for name, value in body.items() if name != "data" or "dataref" not in body}
