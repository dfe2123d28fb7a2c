"""Are as many instances ready as are paid for."""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.health.look import Concluded, Look, found
from shared.domain.decisions.health.wording import carried, joined, read_log
from shared.domain.load import HELD_FOR
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration

STARTS_FOR = timedelta(minutes=30)
"""How long new instances may take: an image is pulled, a model fetched and loaded."""
_READY = frozenset({"ready", "running", "healthy", "available", "active", "succeeded"})
_NOT_READY = frozenset(
    {
        "creating",
        "failed",
        "initializing",
        "notready",
        "pending",
        "provisioning",
        "starting",
        "unavailable",
        "unhealthy",
        "unknown",
        "updating",
    }
)


def judge_instances(look: Look) -> Concluded | None:
    """Fewer ready than paid for, all of the last quarter of an hour; None when nobody counts them.

    Microsoft lists no words for an instance's state. One that is not known counts as ready for a
    pass and as not ready for a failure, so where it matters the verdict is open and names it.
    """
    wanted, load = look.deployment.instances, look.load
    if not wanted or load is None or not load.instances:
        return None
    ready, odd = _sorted(load.instances)
    told = ", ".join(f"{count} {state}" for state, count in sorted(load.instances.items()))
    sentence = f"{look.what} has {ready} of {wanted} instances ready (seen: {told})"
    if ready >= wanted:
        return _concluded(look, Verdict.PASS, "ready", f"{sentence}.", ready)
    changed = look.changed
    if not look.complete or (changed is not None and look.end - changed < STARTS_FOR):
        waits = f"{sentence}; new ones may take {spell_duration(STARTS_FOR)}."
        return _concluded(look, Verdict.INCONCLUSIVE, "starting", waits, ready)
    if ready + odd >= wanted:
        names = ", ".join(sorted(s for s in load.instances if _word(s) not in _READY | _NOT_READY))
        open_ = f"{sentence}; whether {names} is ready is not known."
        return _concluded(look, Verdict.INCONCLUSIVE, "states_unknown", open_, ready)
    alert = _alert(look, ready, wanted, told)
    return _concluded(look, Verdict.FAIL, "cold", f"{sentence}.", ready, alert)


def _word(state: str) -> str:
    return "".join(letter for letter in state.casefold() if letter.isalpha())


def _sorted(instances: dict[str, int]) -> tuple[int, int]:
    """How many are ready, and how many are in a state that is not known."""
    ready = sum(count for state, count in instances.items() if _word(state) in _READY)
    dead = sum(count for state, count in instances.items() if _word(state) in _NOT_READY)
    return ready, sum(instances.values()) - ready - dead


def _concluded(
    look: Look,
    verdict: Verdict,
    reason: str,
    sentence: str,
    ready: int,
    alert: Alert | None = None,
) -> Concluded:
    finding = found(
        look,
        verdict,
        reason,
        sentence,
        statistic="instances_ready",
        estimate=float(ready),
        limit=float(look.deployment.instances or 0),
    )
    return Concluded(kind=AlertKind.COLD_INSTANCES, finding=finding, alert=alert)


def _alert(look: Look, ready: int, wanted: int, told: str) -> Alert:
    answers = "Its share of the calls has nobody to answer them." if not ready else ""
    return Alert(
        kind=AlertKind.COLD_INSTANCES,
        subject=f"endpoint/{look.endpoint.name}",
        severity=look.severity if not ready else Severity.WARNING,
        title=f"{look.what} has {ready} of {wanted} instances ready",
        text=joined(
            f"At no minute of the last quarter of an hour were more of them ready; seen: {told}. "
            f"All {wanted} are paid for.",
            answers if look.share > 0 else "",
            carried(look),
        ),
        first_step=(
            f"See what they wait for: {read_log(look)}; when that is empty, add --container "
            "storage-initializer"
        ),
        since=look.end - timedelta(minutes=HELD_FOR),
        labels=look.labels(None),
    )
