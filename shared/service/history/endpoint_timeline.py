"""An endpoint's life in one list: deployments, traffic, alerts, verdicts, what came in."""

from collections.abc import Sequence

from shared.ports import Ledger, Policies
from shared.service.history.happenings import (
    alert_marks,
    event_marks,
    promotion_marks,
    verdict_marks,
)
from shared.service.history.looks import endpoint_marks
from shared.service.history.marks import Mark, MarkKind
from shared.service.history.relations import models_at
from shared.service.history.spans import Span, read_past
from shared.service.history.timeline import MOST_ENTRIES
from shared.service.history.traffic import marks_in


def endpoint_timeline(
    ledger: Ledger,
    policies: Policies,
    endpoint: str,
    span: Span,
    *,
    kinds: frozenset[MarkKind] = frozenset(),
    most: int = MOST_ENTRIES,
) -> tuple[Sequence[Mark], Sequence[str]]:
    """Newest first, with the promotions of the models it serves; and what was left out."""
    own = read_past(ledger, f"endpoint/{endpoint}", span)
    marks = [
        *endpoint_marks(own.decisions),
        *alert_marks(own.decisions),
        *verdict_marks(own),
    ]
    notes = list(own.notes)
    for model in models_at(policies, endpoint):
        past = read_past(ledger, f"model/{model}", span)
        marks += promotion_marks(past)
        notes += past.notes
    told = {mark.decision for mark in marks if mark.kind is not MarkKind.VERDICT}
    marks += [one for one in event_marks(own.decisions) if one.decision not in told]
    wanted = [mark for mark in marks if not kinds or mark.kind in kinds]
    entries, left = marks_in(wanted, span, most)
    return entries[::-1], (*notes, *left)
