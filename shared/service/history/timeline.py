"""A model's life in one list: versions, deployments, traffic, promotions, alerts, verdicts."""

from dataclasses import dataclass

from shared.ports import Ledger, Policies
from shared.service.history.happenings import (
    alert_marks,
    event_marks,
    promotion_marks,
    retraining_marks,
    verdict_marks,
    version_marks,
)
from shared.service.history.looks import endpoint_marks
from shared.service.history.marks import Mark, MarkKind
from shared.service.history.relations import endpoints_of
from shared.service.history.spans import Span, read_past
from shared.service.history.traffic import marks_in

MOST_ENTRIES = 500
_TELL_THEIR_EVENT = frozenset(
    {
        MarkKind.DEPLOYMENT_CREATED,
        MarkKind.DEPLOYMENT_WRITTEN,
        MarkKind.DEPLOYMENT_FAILED,
        MarkKind.DEPLOYMENT_DELETED,
        MarkKind.TRAFFIC_CHANGED,
        MarkKind.PROMOTION,
        MarkKind.ROLLOUT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened to a model, to its endpoints and its retrainings, newest first."""

    model: str
    span: Span
    endpoints: tuple[str, ...] = ()
    entries: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


def timeline(
    ledger: Ledger,
    policies: Policies,
    model: str,
    span: Span,
    *,
    kinds: frozenset[MarkKind] = frozenset(),
    most: int = MOST_ENTRIES,
) -> Timeline:
    """Of one model: of these kinds of things, or of all. What is met again and again is not told.

    An event is told with the worst that was found of it; a check only where its verdict changed.
    """
    endpoints = endpoints_of(policies, model)
    own = read_past(ledger, f"model/{model}", span)
    retrained = read_past(ledger, f"retraining/{model}", span)
    served = [read_past(ledger, f"endpoint/{name}", span) for name in endpoints]
    marks = [*version_marks(own.decisions), *promotion_marks(own), *retraining_marks(retrained)]
    for past in (own, *served):
        marks += [
            *event_marks(past.decisions),
            *verdict_marks(past),
            *alert_marks(past.decisions),
        ]
    for past in served:
        marks += endpoint_marks(past.decisions)
    told = {mark.decision for mark in marks if mark.kind in _TELL_THEIR_EVENT}
    marks = [one for one in marks if one.kind is not MarkKind.EVENT or one.decision not in told]
    wanted = [mark for mark in marks if not kinds or mark.kind in kinds]
    entries, left = marks_in(wanted, span, most)
    notes = [note for past in (own, retrained, *served) for note in past.notes]
    return Timeline(
        model=model,
        span=span,
        endpoints=endpoints,
        entries=entries[::-1],
        notes=(*notes, *left),
    )
