"""Where the rows of a look are counted: here, in their table, or elsewhere by an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from shared.domain.collected import CollectedFile
from shared.domain.decisions.profiling.choosing import choose_engine
from shared.domain.policy import Engine, Policy
from shared.domain.profiling import EngineChoice, Span, parts_of
from shared.domain.world import Endpoint
from shared.errors import InvalidData
from shared.service.collected import CollectedRows, WindowRead
from shared.service.profiling.ordered_rows import OrderedRows
from shared.service.profiling.orders import keep_order, make_order
from shared.service.profiling.table_rows import TableRows
from shared.service.profiling.waiting import Made
from shared.service.world import World

if TYPE_CHECKING:
    from shared.statistics import Profile


class Rows(Protocol):
    """Rows that a model scored, wherever they are counted."""

    def window(self, base: "Profile", start: datetime, end: datetime) -> WindowRead:
        """The rows of [start, end) in the bins of a baseline, inputs and outputs as one window."""

    def periods(
        self, base: "Profile", every: timedelta, start: datetime, end: datetime
    ) -> "list[Profile]":
        """A profile for each period of [start, end)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose rows are to be counted, in whose bins; `made` is what was counted for this look."""

    model: str
    version: str
    policy: Policy
    base: "Profile"
    endpoint: Endpoint | None
    made: Made | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The rows where they can be counted now, else the order that is to be counted and its parts.

    `choice` is None where the engine was chosen before.
    """

    rows: Rows | None
    choice: EngineChoice | None = None
    order: str | None = None
    parts: int = 0


def rows_for(
    asked: Asked, files: Sequence[CollectedFile], spans: Sequence[Span], world: World
) -> Counted:
    """Choose what counts the rows of some spans; an order is kept for whoever counts it.

    Raises InvalidData where nothing that the policy allows can.
    """
    if asked.made is not None:
        made = asked.made
        ordered = (made.order.version, made.order.baseline_hash)
        if ordered != (asked.version, asked.base.baseline_hash):
            raise InvalidData(watched_another(asked.model))
        return Counted(rows=OrderedRows(order=made.order, made=made.profiles))
    profiles = asked.policy.profiles
    start, end = min(one for one, _ in spans), max(one for _, one in spans)
    rows = CollectedRows.of(world.workspace, files, asked.version, asked.endpoint)
    needed = [file for file in (*rows.inputs, *rows.outputs) if file.may_hold(start, end)]
    choice = choose_engine(profiles, needed, world.settings.capacity)
    if choice.engine is Engine.LOG_ANALYTICS:
        table = table_of(asked.policy) or ""
        return Counted(rows=rows_in(table, asked.policy, spans, world), choice=choice)
    if choice.engine is Engine.LOCAL and not choice.in_parts:
        return Counted(rows=rows, choice=choice)
    order = make_order(
        asked.model,
        asked.version,
        asked.base,
        engine=choice.engine,
        profiles=profiles,
        capacity=world.settings.capacity,
        spans=spans,
        inputs=rows.inputs,
        outputs=rows.outputs,
    )
    keep_order(world.profiles, order, asked.base.to_json())
    parts = len(parts_of(order)) if order.engine is Engine.LOCAL else 0
    return Counted(rows=None, choice=choice, order=order.id, parts=parts)


def watched_another(model: str) -> str:
    """What is told where a profile is of another version than the one that is watched by now."""
    return (
        f"The version of {model} that is watched changed while its rows were being counted; they "
        "are counted once more."
    )


def rows_in(table: str, policy: Policy, spans: Sequence[Span], world: World) -> TableRows:
    """The rows of some spans in a table; nothing is asked of it yet."""
    return TableRows(
        logged=world.logged_rows,
        table=table,
        time_column=policy.profiles.time_column,
        spans=spans,
    )


def table_of(policy: Policy) -> str | None:
    """The table that holds the model's rows, None where they lie in files."""
    engine = policy.profiles.engine
    return policy.profiles.table if engine in {Engine.AUTO, Engine.LOG_ANALYTICS} else None
