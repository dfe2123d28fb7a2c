"""Goes along a chain and decides again what is asked for, and as little else as can be.

The state before a decision needs the decisions between it and the nearest state that is kept, at
most so many as lie between two of those.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import msgspec

from shared.domain.chain.links import is_stub
from shared.domain.decision import Outcome
from shared.domain.state import SubjectState
from shared.errors import DriftgateError
from shared.learning import learned
from shared.ports import Evidence, Ledger, Logged
from shared.service.deciding import as_read
from shared.service.making import SNAPSHOT_EVERY
from shared.service.past.blocks import blocks, rested_on
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import began_anew, kept_before
from shared.service.past.recorded import Recorded

UNREADABLE = (DriftgateError, msgspec.MsgspecError, LookupError, TypeError, ValueError)
"""What evidence, an event or a policy of a form that is not known here is answered with."""
_ERASED = "The contents were erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A link that was asked for, with what deciding it once more concludes.

    `outcome` is None where it cannot be decided, for the reason that `problem` gives.
    `other_state` says that it leaves another state than the one that is kept.
    """

    logged: Logged
    outcome: Outcome | None
    problem: str | None = None
    other_state: bool = False


class Walk:
    """One walk along one subject's chain, from a version on.

    At every state that is kept it goes on from that one, so that a difference or a gap before it
    is none behind it. States have no `last_hash` here: nothing is decided by it.
    """

    def __init__(
        self, ledger: Ledger, evidence: Evidence, past: PastDecisions, subject: str
    ) -> None:
        self._ledger, self._evidence, self._past = ledger, evidence, past
        self._subject = subject
        self._state: SubjectState | None = SubjectState()
        self._gap = ""

    def again(self, wanted: Callable[[Logged], bool], first: int = 1) -> Iterator[Again]:
        """Every link from `first` on that is wanted, oldest first; what cannot be read is no end.

        Raises what reading the ledger raises.
        """
        version, state = kept_before(self._ledger, self._evidence, self._subject, first)
        self._state = replace(state, last_hash="")
        for block in blocks(self._ledger.chain(self._subject, version + 1)):
            asked = [logged.version >= first and wanted(logged) for logged in block]
            last = max((at for at, is_asked in enumerate(asked) if is_asked), default=-1)
            self._evidence.expect(rested_on(block[: last + 1]))
            waiting: list[Logged] = []
            for logged, is_asked in zip(block, asked, strict=True):
                waiting.append(logged)
                kept = logged.version % SNAPSHOT_EVERY == 0
                if is_asked:
                    yield self._decided(waiting, kept)
                    waiting = []
                elif kept:
                    self._state = self._passed(waiting)
                    waiting = []

    def _decided(self, waiting: list[Logged], kept: bool) -> Again:
        """Decide what waits; the last of it is what is asked for."""
        *before, asked = waiting
        for logged in before:
            self._one(logged)
        again = self._one(asked)
        left = self._kept(asked) if kept else None
        if left is None:
            return again
        other = self._state is not None and self._state != left
        self._state = left
        return replace(again, other_state=other)

    def _passed(self, waiting: list[Logged]) -> SubjectState | None:
        """The state behind what nobody asks for: the one that is kept, or else what they make."""
        left = self._kept(waiting[-1])
        if left is not None:
            return left
        for logged in waiting:
            self._one(logged)
        return self._state

    def _one(self, logged: Logged) -> Again:
        if is_stub(logged.decision):
            self._state, self._gap = (
                None,
                f"What it was decided upon is not known: version {logged.version} was erased.",
            )
            return Again(logged=logged, outcome=None, problem=f"{_ERASED}.")
        if self._state is None:
            self._state = began_anew(logged.decision)
            return Again(logged=logged, outcome=None, problem=self._gap)
        try:
            recorded = Recorded.of(logged)
            outcome = self._past.outcome(recorded, self._state)
        except UNREADABLE as fault:
            self._state = None
            self._gap = f"What it was decided upon needs version {logged.version}: {fault}"
            return Again(logged=logged, outcome=None, problem=str(fault))
        self._state = as_read(outcome.state)
        return Again(logged=logged, outcome=outcome)

    def _kept(self, logged: Logged) -> SubjectState | None:
        if not logged.decision.get("state"):
            return None
        try:
            content = self._evidence.get(logged.decision["state"])
            return msgspec.json.decode(content, type=learned(SubjectState), strict=False)
        except UNREADABLE:
            return None
