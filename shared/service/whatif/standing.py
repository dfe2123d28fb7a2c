"""What a look at alerts read of other subjects is what it would read again, where they are as then.

Building their states anew, once for each look, is what most of the time would go to.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.evidence import AlertsEvidence
from shared.domain.people import silence as silence_said
from shared.domain.state import SubjectState
from shared.ports import LedgerState
from shared.service.whatif.world import SimulatedLedger, parts_of


class LedgerOfThen:
    """The simulated ledger as one look at alerts reads it: out of what it read, if that is enough.

    `state` is the scope's own, in the simulation; `unsynced` names the subjects whose states are
    not those that were recorded.
    """

    def __init__(
        self,
        ledger: SimulatedLedger,
        recorded: AlertsEvidence,
        state: SubjectState,
        unsynced: Set[str],
    ) -> None:
        self._ledger, self._recorded, self._unsynced = ledger, recorded, unsynced
        self._asked = {(life.of, name) for name, life in state.scope.lives.items()}

    def state(self, subject: str) -> LedgerState:
        """As much of a subject's state as a look at alerts reads of it."""
        if subject in self._unsynced:
            return self._ledger.state(subject)
        if subject == silence_said.SUBJECT:
            return _with(silences=self._recorded.silences)
        told = self._recorded.truth.get(subject)
        if told is None or any(of == subject and name not in told for of, name in self._asked):
            return self._ledger.state(subject)
        return _with(alerts=told)

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        """One list or mapping of many states."""
        return parts_of(self.state, name, subjects)

    def reported(self, check: str | None = None) -> Mapping[str, Mapping[str, datetime]]:
        """As the simulated ledger tells it."""
        return self._ledger.reported(check)


def _with(**fields: object) -> LedgerState:
    return LedgerState(version=1, state={name: to_plain(value) for name, value in fields.items()})
