"""What a reaction may look at while it gathers evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, TypeVar

from shared.errors import Refused
from shared.ports import (
    Adapters,
    Archive,
    Jobs,
    Ledger,
    LoggedRows,
    Pipelines,
    Policies,
    Profiles,
    ProfilingJobs,
    Workspace,
)
from shared.settings import Settings

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports to read from; nothing here sends or decides.

    `pipelines` is None where no delivery platform is named; `workspaces` are those of other stages.
    """

    workspace: Workspace
    logged_rows: LoggedRows
    jobs: Jobs
    profiling_jobs: ProfilingJobs
    archive: Archive
    profiles: Profiles
    policies: Policies
    ledger: Ledger
    settings: Settings
    pipelines: Pipelines | None = None
    workspaces: Mapping[str, Workspace] = field(default_factory=dict)

    @classmethod
    def of(cls, adapters: Adapters, settings: Settings) -> Self:
        """The part of the adapters that reactions read from."""
        return cls(
            workspace=adapters.workspace,
            logged_rows=adapters.logged_rows,
            jobs=adapters.jobs,
            profiling_jobs=adapters.profiling_jobs,
            archive=adapters.archive,
            profiles=adapters.profiles,
            policies=adapters.policies,
            ledger=adapters.ledger,
            settings=settings,
            pipelines=adapters.pipelines,
            workspaces=adapters.workspaces,
        )

    def workspace_of(self, name: str | None) -> Workspace:
        """The workspace a stage names, the watched one for None. Raises Refused for another."""
        return self.workspace if name is None else named_workspace(name, self.workspaces)


def named_workspace(name: str, known: Mapping[str, Thing]) -> Thing:
    """What belongs to a workspace by its name in the settings.

    Raises Refused with the names there are and how to add one.
    """
    try:
        return known[name]
    except KeyError:
        names = ", ".join(sorted(known)) or "none"
        raise Refused(
            f"There is no workspace {name[:80]!r} (named are: {names}); name it in "
            "DRIFTGATE_WORKSPACES as name=/subscriptions/..., or make its folder below workspaces "
            "where Driftgate runs on files."
        ) from None
