"""In which order retrainings are granted, and how long one has to wait."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.policy import RetrainingBudget
from shared.domain.retraining import BudgetEntry
from shared.domain.wording import spell_duration, spell_number, spell_time

Entries = Mapping[str, BudgetEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Why one is not granted now: an enumerated word, a sentence, and when it may go if known."""

    reason: str
    sentence: str
    until: datetime | None = None


def grant(
    entries: Entries, budget: RetrainingBudget, now: datetime
) -> tuple[dict[str, BudgetEntry], dict[str, Waits]]:
    """Grant in the order of asking, and say why each of the others waits.

    Nobody overtakes, or one that costs much would wait for as long as cheap ones are asked for.
    Only what costs nothing passes one that waits for money: it takes nothing that this one needs.
    """
    granted, waits = dict(entries), dict[str, Waits]()
    for identity in _in_order(entries):
        entry = granted[identity]
        found = _full(granted, budget) or _spent(entry, granted, budget, now)
        before = [one for one in waits if entry.cost > 0 or waits[one].reason == "full"]
        if found is None and before:
            ahead = waits[before[0]]
            found = Waits(
                reason="behind",
                sentence=f"{entries[before[0]].model} asked before, and {ahead.sentence}",
                until=ahead.until,
            )
        if found is None:
            granted[identity] = replace(entry, granted=now)
        else:
            waits[identity] = found
    return granted, waits


def used(entries: Entries, budget: RetrainingBudget, now: datetime) -> float:
    """What of the budget is spent in the span that ends now."""
    return sum(
        entry.cost
        for entry in entries.values()
        if entry.granted is not None and entry.granted > now - budget.per
    )


def too_dear(entry: BudgetEntry, budget: RetrainingBudget) -> str | None:
    """The sentence for one that could never be granted; None for one that can wait."""
    if budget.cost is None or entry.cost <= budget.cost:
        return None
    return (
        f"it costs {spell_number(entry.cost)}, more than all that the fleet may spend in "
        f"{spell_duration(budget.per)} ({spell_number(budget.cost)}): raise retraining.cost of the "
        "fleet, or lower that of the policy"
    )


def running(entries: Entries) -> list[str]:
    """The retrainings that have a place."""
    return [
        identity
        for identity, entry in entries.items()
        if entry.granted is not None and entry.ended is None
    ]


def _in_order(entries: Entries) -> list[str]:
    waiting = [identity for identity, entry in entries.items() if entry.granted is None]
    return sorted(waiting, key=lambda identity: (entries[identity].asked, identity))


def _full(entries: Entries, budget: RetrainingBudget) -> Waits | None:
    there = running(entries)
    if budget.at_once is None or len(there) < budget.at_once:
        return None
    models = ", ".join(sorted(entries[identity].model for identity in there)[:5])
    sentence = (
        f"{len(there)} retrainings are under way ({models or 'none'}), and {budget.at_once} may be"
    )
    return Waits(reason="full", sentence=sentence)


def _spent(
    entry: BudgetEntry, entries: Entries, budget: RetrainingBudget, now: datetime
) -> Waits | None:
    if budget.cost is None or entry.cost <= 0:
        return None
    spent = used(entries, budget, now)
    if spent + entry.cost <= budget.cost:
        return None
    until = _free_at(entry, entries, budget, now)
    sentence = (
        f"{spell_number(spent)} of {spell_number(budget.cost)} are spent in "
        f"{spell_duration(budget.per)}, and {spell_number(entry.cost)} more are needed"
        + (f"; that much is free at {spell_time(until)}" if until is not None else "")
    )
    return Waits(reason="spent", sentence=sentence, until=until)


def _free_at(
    entry: BudgetEntry, entries: Entries, budget: RetrainingBudget, now: datetime
) -> datetime | None:
    """When enough of what was spent is older than the span."""
    times = sorted(
        one.granted + budget.per
        for one in entries.values()
        if one.granted is not None and one.granted > now - budget.per
    )
    limit = budget.cost or 0.0
    return next((time for time in times if used(entries, budget, time) + entry.cost <= limit), None)
