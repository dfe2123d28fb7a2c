"""What happened, marked in charts by numbers that a list beside them explains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.service.history import Mark, MarkKind
from shared.web.console.charts.axes import Reach, milliseconds, rows

MOST_MARKS = 20
_APART = 1 / 40
"""Marks that are closer than this share of a chart have one number."""
_BAD = frozenset({MarkKind.ALERT_BEGAN, MarkKind.DEPLOYMENT_FAILED})
_PASSED_OVER = frozenset({MarkKind.EVENT, MarkKind.VERDICT})
"""Of these there are too many for a chart; the timeline has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """What happened at about one time, under one number."""

    number: int
    at: datetime
    marks: tuple[Mark, ...]

    @property
    def is_bad(self) -> bool:
        """Whether an alert began or a deployment failed."""
        return any(mark.kind in _BAD for mark in self.marks)


def numbered(
    marks: Iterable[Mark], reach: Reach, most: int = MOST_MARKS
) -> tuple[tuple[Numbered, ...], int]:
    """Marks in the order of time, those beside each other together, and how many are left out.

    Of very many the newest are kept.
    """
    wanted = sorted(
        (
            one
            for one in marks
            if one.kind not in _PASSED_OVER and reach.begin <= one.at < reach.end
        ),
        key=lambda mark: mark.at,
    )
    groups: list[list[Mark]] = []
    for mark in wanted:
        if groups and reach.across(mark.at) - reach.across(groups[-1][0].at) < _APART:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    kept = groups[-most:]
    left_out = sum(len(group) for group in groups[: len(groups) - len(kept)])
    found = tuple(
        Numbered(number=number, at=group[0].at, marks=tuple(group))
        for number, group in enumerate(kept, start=1)
    )
    return found, left_out


def mark_layers(marks: Sequence[Numbered], *, numbers: bool = True) -> list[dict[str, Any]]:
    """A line for each, and its number at the top; in another colour where something went wrong."""
    layers: list[dict[str, Any]] = []
    for is_bad, colour in ((False, "var(--soft-ink)"), (True, "var(--bad)")):
        data = rows(
            [
                {"at": milliseconds(one.at), "number": f"{one.number}{'!' if is_bad else ''}"}
                for one in marks
                if one.is_bad is is_bad
            ]
        )
        if not data["values"]:
            continue
        place = {"field": "at", "type": "temporal"}
        layers.append(
            {
                "data": data,
                "mark": {
                    "type": "rule",
                    "stroke": colour,
                    "strokeWidth": 1,
                    "strokeDash": [3, 3],
                },
                "encoding": {"x": place},
            }
        )
        if numbers:
            layers.append(_numbers(data, place, colour))
    return layers


def _numbers(data: dict[str, Any], place: dict[str, Any], colour: str) -> dict[str, Any]:
    return {
        "data": data,
        "mark": {
            "type": "text",
            "fontSize": 11,
            "fontWeight": 600,
            "baseline": "bottom",
            "dy": -2,
            "fill": colour,
        },
        "encoding": {
            "x": place,
            "y": {"value": 0},
            "text": {"field": "number", "type": "nominal"},
        },
    }
