"""What each family's decisions and readings depend on, declared; the tests hold them to it.

A path names a field of the policy with all that is below it: `routing.grace`, `kpis`. Of the fleet
it names a field of the fleet's file.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The fields of the policy that `decide` reads and those that `gather` reads.

    A decision whose findings have none but `quiet` reasons reads no more than `always`.
    """

    decide: tuple[str, ...] = ()
    gather: tuple[str, ...] = ()
    quiet: frozenset[str] = frozenset()
    always: tuple[str, ...] = ()


OWN = frozenset({"alerts", "receivers", "silences", "retraining", "budget"})
"""Families that gather from states and policies alone, and so can gather in a simulation."""

FLEET = {
    "alerts": (
        "receivers",
        "routes",
        "default",
        "hours",
        "inhibit",
        "built_in_inhibitions",
        "silences",
    ),
    "receivers": ("receivers",),
    "silences": ("silences",),
    "retraining": ("retraining",),
    "budget": ("retraining",),
}
"""The fields of the fleet's file that each family reads."""

_ENTRANCE = (
    "model",
    "endpoint",
    "owner",
    "training_data",
    "promote_to",
    "stages",
    "gates",
    "health",
    "drift",
    "kpis",
    "profiles",
)

READS = {
    "alerts": Reads(decide=("alerts",)),
    "receivers": Reads(),
    "silences": Reads(),
    "budget": Reads(),
    "retraining": Reads(decide=("model", "endpoint", "promote_to", "stages", "retraining")),
    "routing": Reads(
        decide=(
            "routing.changes",
            "routing.grace",
            "routing.keep_for",
            "routing.look_again",
            "routing.mirror_for",
            "routing.severity",
            "routing.standby",
            "routing.stuck_after",
        ),
        gather=("routing.observed", "routing.stuck_after", "stages"),
        quiet=frozenset({"has_traffic", "observed", "unlogged", "no_requests"}),
        always=("routing.changes", "routing.standby"),
    ),
    "health": Reads(
        decide=("health", "gates.max_latency_ms", "gates.metrics"),
        gather=("health", "gates.max_latency_ms", "gates.metrics"),
        quiet=frozenset({"uncounted"}),
        always=("gates.max_latency_ms", "gates.metrics"),
    ),
    "drift": Reads(
        decide=("drift", "model", "owner", "privacy"),
        gather=("drift", "collection.late", "endpoint", "profiles"),
        quiet=frozenset({"cannot_look", "judged_before"}),
        always=("drift.every", "drift.window"),
    ),
    "kpi": Reads(decide=("kpis", "owner", "model"), gather=("kpis", "endpoint")),
    "batch": Reads(
        decide=("batch", "drift", "model", "owner", "privacy"), gather=("batch", "drift")
    ),
    "collection": Reads(
        decide=("collection", "owner", "model"),
        gather=("collection", "endpoint", "drift", "profiles"),
        quiet=frozenset({"requests_unknown", "not_expected", "columns_filled", "rows_came"}),
        always=("collection.expected",),
    ),
    "promotion": Reads(
        decide=(*_ENTRANCE, "retraining", "privacy"),
        gather=_ENTRANCE,
        quiet=frozenset({"nothing_new"}),
    ),
    "monitors": Reads(gather=("drift.retrain", "drift.monitors")),
    "azure_alerts": Reads(gather=("endpoint", "owner", "model")),
    "runs": Reads(gather=("batch", "model")),
    "pipelines": Reads(),
    "watchdog": Reads(gather=("model", "endpoint", "kpis", "batch")),
    "record": Reads(),
}


def touches(paths: Iterable[str], read: Iterable[str]) -> bool:
    """Whether a field that differs is one of those that are read, above or below one."""
    fields = tuple(read)
    return any(_meet(path, field) for path in paths for field in fields)


def _meet(path: str, field: str) -> bool:
    if not path:
        return True
    return path == field or path.startswith(f"{field}.") or field.startswith(f"{path}.")
