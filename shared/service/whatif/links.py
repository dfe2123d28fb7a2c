"""Of a recorded decision no more than is needed to know whether it is decided again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from shared.domain.canonical import content_hash, parse_time
from shared.domain.chain.links import is_stub_text
from shared.domain.event import EXTENSION_PREFIX, Event, EventType
from shared.ports import KeptRow, Ledger, Logged
from shared.service.deciding import NOTHING_READ
from shared.service.past.recorded import Recorded
from shared.service.reactions import family_of
from shared.service.whatif.telling import NOTICED

SCHEDULED = "driftgate/schedule"
"""The source of looks, whether a timer or a decision asks for them."""
_NONE = msgspec.Raw(b"[]")


class _Data(msgspec.Struct):
    check: Any = None


class _Event(msgspec.Struct):
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: _Data = msgspec.field(default_factory=_Data)
    replayname: str | None = None
    replayagain: bool = False


class _Finding(msgspec.Struct):
    reason: str


class _Action(msgspec.Struct):
    action: str


class _Head(msgspec.Struct):
    event: _Event
    decided: str
    evidence: str
    policy: str | None
    hash: str
    state: str = ""
    findings: msgspec.Raw = _NONE
    actions: msgspec.Raw = _NONE
    messages: tuple[str | None, ...] = ()


_FINDINGS = msgspec.json.Decoder(tuple[_Finding, ...])
_ACTIONS = msgspec.json.Decoder(tuple[_Action, ...])
_HEAD = msgspec.json.Decoder(_Head, strict=False)


def _head(text: str) -> _Head:
    """The head of a decision; one with a number that is none (`NaN`) is read the longer way."""
    try:
        return _HEAD.decode(text)
    except msgspec.DecodeError:
        plain = json.loads(text)
        said = {name: msgspec.Raw(_reduced(plain[name])) for name in ("findings", "actions")}
        return msgspec.convert({**plain, **said}, _Head, strict=False)


def _reduced(told: Any) -> bytes:
    """Of findings or actions what is read here, in the spelling that both readings have."""
    kept = [{name: one[name] for name in ("reason", "action") if name in one} for one in told]
    return json.dumps(kept).encode()


class Link:
    """One recorded decision of a chain, read as far as it is asked."""

    def __init__(self, kept: KeptRow) -> None:
        self.version = kept.version
        self.content = kept.text
        self.head = _head(kept.text)
        self.decided = parse_time(self.head.decided)

    @cached_property
    def family(self) -> str:
        """Which reaction decided it."""
        event = self.head.event
        return _family(event.type, event.data.check, event.subject.partition("/")[0])

    @cached_property
    def reasons(self) -> frozenset[str]:
        """The reasons of its findings."""
        return frozenset(one.reason for one in _FINDINGS.decode(self.head.findings))

    @property
    def looked(self) -> bool:
        """Whether it rests on evidence; else nothing could be read."""
        return self.head.evidence != NOTHING_READ

    @property
    def is_noticed(self) -> bool:
        """Whether people notice anything of it."""
        actions = self.head.actions
        return actions != _NONE and any(one.action in NOTICED for one in _ACTIONS.decode(actions))

    @property
    def is_quiet(self) -> bool:
        """Whether a timer or the world outside asked, and nothing at all was done."""
        source = self.head.event.source
        return self.head.actions == _NONE and (
            source == SCHEDULED or not source.startswith("driftgate/")
        )

    @property
    def made_here(self) -> bool:
        """Whether one of Driftgate's own subjects told another: not a timer, nor a consumer."""
        source = self.head.event.source
        return source.startswith("driftgate/") and source.count("/") > 1

    @cached_property
    def key(self) -> str:
        """The key of its event."""
        event = self.head.event
        again = [event.replayname] if event.replayagain else []
        return content_hash([event.source, event.id, *again])

    @cached_property
    def recorded(self) -> Recorded:
        """All of it, in the vocabulary."""
        return Recorded.of(Logged(version=self.version, decision=self.plain))

    @cached_property
    def plain(self) -> Any:
        """All of it, as it was committed."""
        return json.loads(self.content)


@lru_cache(maxsize=4096)
def _family(kind: str, check: Any, of: str) -> str:
    event = Event(
        id="",
        source="",
        type=EventType(kind.removeprefix(EXTENSION_PREFIX)),
        subject=f"{of}/",
        time=datetime(1970, 1, 1, tzinfo=UTC),
        data={"check": check},
    )
    return family_of(event)


def links(ledger: Ledger, subject: str, first: int) -> Iterator[Link]:
    """A chain from a version on, without what was erased."""
    for kept in ledger.kept_decisions(subject, first):
        if not is_stub_text(kept.text):
            yield Link(kept)


def first_since(ledger: Ledger, subject: str, since: datetime) -> int:
    """The first version that was decided at that time or later; one beyond the last if none was."""
    low, high = 1, ledger.state(subject).version + 1
    while low < high:
        middle = (low + high) // 2
        found = next(links(ledger, subject, middle), None)
        if found is None or found.decided >= since:
            high = middle
        else:
            low = middle + 1
    return low
