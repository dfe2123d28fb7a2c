"""The state a subject had before any of its decisions, built anew from its chain."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.ports import Evidence, Ledger
from shared.service.deciding import Concluded, as_read
from shared.service.past.deciding import PastDecisions
from shared.service.past.recorded import Recorded
from shared.service.service import SNAPSHOT_EVERY


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
    not told. Raises as `PastDecisions.again` does.
    """
    version, state = kept_before(ledger, evidence, subject, first)
    for logged in ledger.chain(subject, version + 1):
        recorded = Recorded.of(logged)
        concluded = past.again(recorded, state)
        if recorded.version >= first:
            yield Step(recorded=recorded, before=state, concluded=concluded)
        state = as_read(replace(concluded.state, last_hash=recorded.hash))


def state_before(
    ledger: Ledger, evidence: Evidence, past: PastDecisions, subject: str, version: int
) -> SubjectState:
    """The state upon which the decision of `version` was made; the present one behind the last."""
    kept, state = kept_before(ledger, evidence, subject, version)
    for logged in ledger.chain(subject, kept + 1):
        if logged.version >= version:
            break
        recorded = Recorded.of(logged)
        state = as_read(replace(past.outcome(recorded, state).state, last_hash=recorded.hash))
    return state


def kept_before(
    ledger: Ledger, evidence: Evidence, subject: str, version: int
) -> tuple[int, SubjectState]:
    """The nearest version below whose state is kept, with that state; 0 is the empty beginning."""
    at = (version - 1) // SNAPSHOT_EVERY * SNAPSHOT_EVERY
    while at > 0:
        logged = next(ledger.chain(subject, at), None)
        if logged is not None and logged.decision.get("state"):
            try:
                content = evidence.get(logged.decision["state"])
            except NotFound:
                pass
            else:
                state = msgspec.json.decode(content, type=SubjectState, strict=False)
                return at, replace(state, last_hash=logged.decision["hash"])
        at -= SNAPSHOT_EVERY
    return 0, SubjectState()
