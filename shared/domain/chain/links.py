"""What makes a subject's decisions tamper-evident, read again: each link and how they join.

It works on the texts as they are kept, so that any changed byte shows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from shared.domain.event import EXTENSION_PREFIX, EventType, key_of

ERASING = EXTENSION_PREFIX + EventType.SUBJECT_ERASED.value
_HEXADECIMAL = set("0123456789abcdef")


class Fault(StrEnum):
    """What can be wrong with a chain, as a word for machines."""

    UNREADABLE = "unreadable"
    ALTERED = "altered"
    FOREIGN = "foreign"
    MISSING = "missing"
    REORDERED = "reordered"
    FORKED = "forked"
    END_MISSING = "end_missing"
    STATE_MISSING = "state_missing"
    STATE_BEHIND = "state_behind"
    STATE_ALTERED = "state_altered"
    INBOX = "inbox"
    NOT_ERASED_BY_ANYBODY = "not_erased_by_anybody"
    EVIDENCE_MISSING = "evidence_missing"
    EVIDENCE_ALTERED = "evidence_altered"
    DECIDED_OTHERWISE = "decided_otherwise"
    HEAD = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One thing that is not as it was committed, and where; version 0 is the state or the whole."""

    fault: Fault
    subject: str
    version: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One decision of a chain, as far as verifying needs it; `intact` says its hash fits.

    `content` is the hash of what it says now. `erased` names the decision that took its contents
    away: then there are neither contents nor a hash of them.
    """

    version: int
    hash: str
    previous: str
    decided: str
    intact: bool
    content: str = ""
    subject: str = ""
    event_key: str = ""
    state: str = ""
    evidence: str = ""
    policy: str = ""
    erased: str = ""
    covers: "Covers | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers:
    """What an erasing decision says it took away: the links up to a version, by their hashes.

    `forgets` says that the subject was erased whole, with its state, and began anew.
    """

    up_to: int
    links: str
    forgets: bool


def read_link(version: int, text: str) -> Link | None:
    """Read a link and hash what it says; None where it is no decision at all."""
    try:
        plain = json.loads(text)
        return _stub(version, plain) if is_stub(plain) else _whole(version, text, plain)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def is_stub(decision: Mapping[str, Any]) -> bool:
    """Whether a decision's contents were erased, and only what the chain needs is kept."""
    return "erased" in decision


def is_stub_text(text: str) -> bool:
    """The same by its canonical text, unread: that of any other begins with its actions."""
    return text.startswith('{"decided":')


def stub_of(decision: Mapping[str, Any], erased: str) -> dict[str, Any]:
    """What is left of a decision when `erased`, the hash of another, took its contents away."""
    return {
        "hash": decision["hash"],
        "previous": decision["previous"],
        "decided": decision["decided"],
        "erased": erased,
    }


def content_of(text: str, plain: Mapping[str, Any]) -> str:
    """The text that a decision's hash is made of: all but the hash and what is beside it.

    Beside are the ids of its messages and what is kept for them. The keys of a canonical text are
    sorted, and these are neighbours.
    """
    beside = {name: plain[name] for name in ("hash", "kept", "messages") if name in plain}
    cut = json.dumps(beside, sort_keys=True, separators=(",", ":"), ensure_ascii=False)[1:-1]
    head, found, tail = text.partition(f"{cut},")
    return head + tail if found else ""


def _whole(version: int, text: str, plain: Mapping[str, Any]) -> Link:
    content = sha256(content_of(text, plain).encode("utf-8", "surrogatepass")).hexdigest()
    event = plain["event"]
    return Link(
        version=version,
        hash=_hash(plain["hash"]),
        previous=str(plain["previous"]),
        decided=str(plain["decided"]),
        intact=content == plain["hash"],
        content=content,
        subject=str(event["subject"]),
        event_key=key_of(event),
        state=str(plain.get("state", "")),
        evidence=str(plain["evidence"]),
        policy=str(plain["policy"] or ""),
        covers=_covers(plain) if event["type"] == ERASING else None,
    )


def _stub(version: int, plain: Mapping[str, Any]) -> Link:
    if set(plain) != {"hash", "previous", "decided", "erased"}:
        raise ValueError("A stub says nothing else.")
    return Link(
        version=version,
        hash=_hash(plain["hash"]),
        previous=str(plain["previous"]),
        decided=str(plain["decided"]),
        intact=True,
        erased=_hash(plain["erased"]),
    )


def _covers(plain: Mapping[str, Any]) -> Covers:
    data = plain["event"]["data"]
    forgets = data["forgets"] is True
    return Covers(up_to=int(data["up_to"]), links=_hash(data["links"]), forgets=forgets)


def _hash(text: Any) -> str:
    if not isinstance(text, str) or len(text) != 64 or not set(text) <= _HEXADECIMAL:
        raise ValueError("It is no hash.")
    return text
