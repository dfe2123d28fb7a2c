"""Every promotion that is remembered, as rows for people and programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.glance import Glance
from shared.domain.promotion import Promotion
from shared.ports import Ledger
from shared.service.codec import parts

_MODEL = "model/"


def promotions_of(
    ledger: Ledger,
    model: str | None = None,
    *,
    is_open: bool | None = None,
    glances: Mapping[str, Glance] | None = None,
) -> list[dict[str, Any]]:
    """Those of one model or of all, open ones first, the last to change before the others.

    With `is_open`, those alone that are open, or that have ended. Only models are read that have
    such promotions. Whoever has `glances` of all subjects spares their reading.
    """
    if model is not None:
        subjects = [f"{_MODEL}{model}"]
    else:
        subjects = having(ledger.glances() if glances is None else glances, is_open)
    rows = [
        row
        for subject, promotions in parts(ledger, "promotions", subjects, list[Promotion]).items()
        for row in _rows(subject, promotions)
        if is_open in {None, row["open"]}
    ]
    rows.sort(key=lambda row: row["since"], reverse=True)
    rows.sort(key=lambda row: not row["open"])
    return rows


def having(glances: Mapping[str, Glance], is_open: bool | None = None) -> list[str]:
    """Models that have promotions, or that have open ones."""
    return [
        subject
        for subject, glance in glances.items()
        if subject.startswith(_MODEL) and (glance.open if is_open else glance.promotions)
    ]


def _rows(subject: str, promotions: Iterable[Promotion]) -> list[dict[str, Any]]:
    name = subject.removeprefix(_MODEL)
    return [
        {
            "promotion": one.identity(name),
            "model": name,
            "version": one.version,
            "stage": one.stage,
            "phase": one.phase.value,
            "open": one.phase.is_open,
            "begun": to_plain(one.begun),
            "since": to_plain(one.since),
            "why": one.why,
            "missing": list(one.missing),
            "approved_by": [approval.by for approval in one.approvals if approval.counts],
            "run": to_plain(one.run),
        }
        for one in promotions
    ]
