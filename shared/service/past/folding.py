"""The state a subject had before any of its decisions, built anew from its chain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import msgspec

from shared.domain.chain.links import ERASING, is_stub
from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.learning import learned
from shared.ports import Evidence, Ledger
from shared.service.deciding import Concluded, as_read
from shared.service.making import SNAPSHOT_EVERY
from shared.service.past.blocks import expected
from shared.service.past.deciding import PastDecisions
from shared.service.past.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A recorded decision, the state before it, and what deciding once more concludes."""

    recorded: Recorded
    before: SubjectState
    concluded: Concluded

    @property
    def same(self) -> bool:
        """Whether it is the decision that was recorded, to the last digit."""
        return self.concluded.decision.hash == self.recorded.hash


def fold(
    ledger: Ledger, evidence: Evidence, past: PastDecisions, subject: str, first: int = 1
) -> Iterator[Step]:
    """Decide a subject's chain again from a version on, each upon the state the one before left.

    It starts from the nearest state that is kept, or from nothing; the steps before `first` are
    not told, nor those whose contents were erased: behind these it goes on with the next state
    that is known. Raises as `PastDecisions.again` does.
    """
    version, kept = kept_before(ledger, evidence, subject, first)
    state: SubjectState | None = kept
    for logged in expected(ledger.chain(subject, version + 1), evidence):
        if is_stub(logged.decision):
            state = None
            continue
        recorded = Recorded.of(logged)
        if state is None:
            state = _left_by(recorded, evidence)
            continue
        concluded = past.again(recorded, state)
        if recorded.version >= first:
            yield Step(recorded=recorded, before=state, concluded=concluded)
        state = as_read(replace(concluded.state, last_hash=recorded.hash))


def state_before(
    ledger: Ledger, evidence: Evidence, past: PastDecisions, subject: str, version: int
) -> SubjectState:
    """The state upon which the decision of `version` was made; the present one behind the last.

    Raises NotFound where contents that were erased would tell it.
    """
    known, kept = kept_before(ledger, evidence, subject, version)
    state: SubjectState | None = kept
    before = takewhile(lambda one: one.version < version, ledger.chain(subject, known + 1))
    for logged in expected(before, evidence):
        if is_stub(logged.decision):
            state = None
            continue
        recorded = Recorded.of(logged)
        if state is None:
            state = _left_by(recorded, evidence)
        else:
            state = as_read(replace(past.outcome(recorded, state).state, last_hash=recorded.hash))
    if state is None:
        raise NotFound(
            f"The state of {subject} before decision {version} is not known any more: the contents "
            "of decisions before it were erased."
        )
    return state


def began_anew(decision: Mapping[str, Any]) -> SubjectState | None:
    """The state behind a decision that erased its subject whole, whatever was before it."""
    event = decision["event"]
    if event["type"] == ERASING and event["data"]["forgets"] is True:
        return SubjectState(last_hash=decision["hash"])
    return None


def _left_by(recorded: Recorded, evidence: Evidence) -> SubjectState | None:
    """The state that a decision left, where it is kept or the subject began anew with it."""
    if recorded.version % SNAPSHOT_EVERY == 0 and recorded.state:
        return _kept(evidence, recorded.state, recorded.hash)
    return began_anew(recorded.plain)


def kept_before(
    ledger: Ledger, evidence: Evidence, subject: str, version: int
) -> tuple[int, SubjectState]:
    """The nearest version below whose state is kept, with that state; 0 is the empty beginning."""
    at = (version - 1) // SNAPSHOT_EVERY * SNAPSHOT_EVERY
    while at > 0:
        logged = next(ledger.chain(subject, at), None)
        if logged is not None and logged.version == at and logged.decision.get("state"):
            state = _kept(evidence, logged.decision["state"], logged.decision["hash"])
            if state is not None:
                return at, state
        at -= SNAPSHOT_EVERY
    return 0, SubjectState()


def _kept(evidence: Evidence, content_hash: str, last_hash: str) -> SubjectState | None:
    try:
        content = evidence.get(content_hash)
    except NotFound:
        return None
    state = msgspec.json.decode(content, type=learned(SubjectState), strict=False)
    return replace(state, last_hash=last_hash)
