"""A model's retrainings listed and resumed, the same for the command and the API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.domain.canonical import to_plain
from shared.domain.finding import Rule
from shared.domain.people.retraining import retraining_resumed
from shared.domain.retraining import Retraining, RetrainingCause, RetrainingWatch
from shared.errors import InvalidData, NotFound
from shared.ports import Ledger
from shared.service.codec import part, parts
from shared.service.people.saying import say

if TYPE_CHECKING:
    from shared.service.service import Service

SUBJECT = "retraining/"
_TOLD = frozenset({Rule.RETRAINING.value, Rule.BUDGET.value})
_LOOKED_BACK = 20
_NONE = RetrainingWatch()


def retrainings(ledger: Ledger, model: str | None = None) -> list[dict[str, Any]]:
    """One row a model, by name: where it stands, what waits and why, its retrainings, newest first.

    `standing` is `stopped`, `on its way`, `waiting` or `quiet`.
    """
    subjects = [name for name in ledger.subjects() if name.startswith(SUBJECT)]
    return [
        _listed(ledger, subject)
        for subject in sorted(subjects)
        if model is None or subject == f"{SUBJECT}{model}"
    ]


def standings(ledger: Ledger) -> dict[str, str]:
    """Of each model by name its `standing` alone."""
    subjects = [subject for subject in ledger.subjects() if subject.startswith(SUBJECT)]
    watches = parts(ledger, "retraining", subjects, RetrainingWatch)
    return {
        subject.removeprefix(SUBJECT): _standing(watches.get(subject, _NONE))
        for subject in subjects
    }


def rows_of(ledger: Ledger, models: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of these models, in this order."""
    return [_listed(ledger, f"{SUBJECT}{model}") for model in models]


def retrainings_of(ledger: Ledger, model: str) -> dict[str, Any]:
    """The row of one model. Raises NotFound where nothing ever asked for a retraining of it."""
    found = retrainings(ledger, model)
    if not found:
        raise NotFound(
            f"Nothing has asked for a retraining of {model[:80]}; drift does by default, and a KPI "
            "or a batch endpoint whose policy says `retrain: true`."
        )
    return found[0]


def resume(
    service: "Service",
    ledger: Ledger,
    model: str,
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Say that a model may be trained again, and return its row as it was before that is decided.

    Raises NotFound for a model without any, InvalidData where nothing is stopped.
    """
    row = retrainings_of(ledger, model)
    event = retraining_resumed(model, author=author, reason=reason, now=now)
    if row["stopped"] is None:
        raise InvalidData(
            f"Retraining of {model} is not stopped; there is nothing to resume. One that stopped "
            "just now takes a moment."
        )
    say(service, event, via)
    return {"id": event.id, "model": model, **event.data, "stopped": row["stopped"]}


def _listed(ledger: Ledger, subject: str) -> dict[str, Any]:
    watch = _watch(ledger, subject)
    return {
        "model": subject.removeprefix(SUBJECT),
        "standing": _standing(watch),
        "stopped": to_plain(watch.stopped),
        "resumed": to_plain(watch.resumed),
        "resumed_by": watch.resumed_by,
        "why": _why(ledger, subject),
        "waiting": [_cause(cause) for cause in watch.causes],
        "retrainings": [retraining_row(one) for one in reversed(watch.retrainings)],
    }


def _watch(ledger: Ledger, subject: str) -> RetrainingWatch:
    found: RetrainingWatch = part(ledger.state(subject).state, "retraining", RetrainingWatch, _NONE)
    return found


def _standing(watch: RetrainingWatch) -> str:
    if watch.stopped is not None:
        return "stopped"
    if any(one.ended is None for one in watch.retrainings):
        return "on its way"
    return "waiting" if watch.causes else "quiet"


def retraining_row(one: Retraining) -> dict[str, Any]:
    """One retraining as plain values: phase, causes, cost, what trains it, what came of it."""
    return {
        "retraining": one.id,
        "phase": one.phase.value,
        "open": one.ended is None,
        "causes": [_cause(cause) for cause in one.causes],
        "cost": one.cost,
        "asked": to_plain(one.asked),
        "since": to_plain(one.changed),
        "ended": to_plain(one.ended),
        "because": one.because,
        "job": one.job,
        "pipeline": one.pipeline,
        "run": one.run,
        "address": one.address,
        "version": one.version,
    }


def _cause(cause: RetrainingCause) -> dict[str, Any]:
    plain = to_plain(cause)
    return dict(plain) if isinstance(plain, Mapping) else {}


def _why(ledger: Ledger, subject: str) -> list[str]:
    """What the last decision that spoke of retrainings said: why there is one now, or why not."""
    for decision in ledger.decisions(subject, limit=_LOOKED_BACK):
        said = [one["sentence"] for one in decision["findings"] if one["rule"] in _TOLD]
        if said:
            return said
    return []
