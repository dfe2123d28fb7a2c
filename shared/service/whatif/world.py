"""What Driftgate's own subjects read, as it is in the simulation: states and policies, no more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from shared.domain.event import Check
from shared.domain.policy import Fleet, Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy, Refused
from shared.ports import (
    Archive,
    Jobs,
    Ledger,
    LedgerState,
    LoggedRows,
    Policies,
    Profiles,
    ProfilingJobs,
    Workspace,
)
from shared.service.deciding import plain_state
from shared.service.world import World
from shared.settings import Settings


class _Unseen:
    """The world outside, of which a simulation knows what was recorded and nothing else."""

    def __getattr__(self, name: str) -> Any:
        raise Refused(f"{name}: the world outside is not looked at in a what-if.")


def parts_of(
    state: Callable[[str], LedgerState], name: str, subjects: Iterable[str]
) -> dict[str, Any]:
    """What `Ledger.parts` tells, of states that are at hand."""
    found = {subject: state(subject).state.get(name) for subject in subjects}
    return {subject: part for subject, part in found.items() if part}


class SimulatedLedger(_Unseen):
    """The states of the simulation, for whoever gathers from them."""

    def __init__(
        self, state: Callable[[str], SubjectState | None], scopes: Callable[[], Sequence[str]]
    ) -> None:
        self._state = state
        self._scopes = scopes

    def state(self, subject: str) -> LedgerState:
        """A subject's state as it is now."""
        state = self._state(subject)
        if state is None:
            return LedgerState(version=0, state={})
        return LedgerState(version=1, state=plain_state(state))

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        """One list or mapping of many states."""
        return parts_of(self.state, name, subjects)

    def reported(
        self,
        check: str | None = None,  # noqa: ARG002  silences ask for this one only
    ) -> Mapping[str, Mapping[str, datetime]]:
        """Of scopes alone, which is all that silences ask for."""
        found = {}
        for scope in self._scopes():
            state = self._state(scope)
            if state is not None and Check.ALERTS.value in state.checks:
                found[scope] = state.checks
        return found


class PoliciesOfThen(_Unseen):
    """The fleet's rules and the endpoints' policies as they are in one simulated decision."""

    def __init__(
        self, fleet: Fleet | None, problem: str | None, endpoint: Callable[[str], Policy | None]
    ) -> None:
        self._fleet = fleet
        self._problem = problem
        self._endpoint = endpoint

    def fleet(self) -> Fleet | None:
        """The rules. Raises InvalidPolicy where the file could not be read then."""
        if self._problem is not None:
            raise InvalidPolicy(self._problem)
        return self._fleet

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy that an endpoint has."""
        return self._endpoint(endpoint)


def simulated_world(ledger: object, policies: PoliciesOfThen, settings: Settings) -> World:
    """A world in which only the ledger and the policies can be read."""
    unseen = _Unseen()
    return World(
        workspace=cast(Workspace, unseen),
        logged_rows=cast(LoggedRows, unseen),
        jobs=cast(Jobs, unseen),
        profiling_jobs=cast(ProfilingJobs, unseen),
        archive=cast(Archive, unseen),
        profiles=cast(Profiles, unseen),
        policies=cast(Policies, policies),
        ledger=cast(Ledger, ledger),
        settings=settings,
    )
