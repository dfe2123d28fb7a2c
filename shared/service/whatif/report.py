"""What a what-if found, for a screen, a page or a program."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.wording import spell_duration, spell_number
from shared.service.whatif.comparing import (
    AlertChange,
    Counts,
    Pages,
    Span,
    compare_alerts,
    compare_pages,
    only,
)
from shared.service.whatif.course import Course
from shared.service.whatif.flips import Differing
from shared.service.whatif.telling import TELLS, Told, What
from shared.service.whatif.training import TRAINS_FOR

_COUNTED = (
    What.RAISED,
    What.ENDED,
    What.PAGE,
    What.NOTICE,
    What.RETRAINING,
    What.PROMOTION,
    What.ROLLBACK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The difference, whole: `counts` of what is noticed, and each thing that is another one.

    `gates` are the decisions in which a gate concluded otherwise. `remarks` say what it rests on.
    """

    span: Span
    changed: tuple[str, ...]
    counts: dict[What, Counts]
    alerts: tuple[AlertChange, ...]
    pages: Pages
    retrainings: tuple[tuple[Told, ...], tuple[Told, ...]]
    promotions: tuple[tuple[Told, ...], tuple[Told, ...]]
    gates: tuple[Differing, ...]
    decisions: tuple[Differing, ...]
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether anybody would notice, or a finding turned."""
        listed = (self.alerts, self.pages.gone, self.pages.new, *self.retrainings, *self.promotions)
        return any(listed) or any(one.flips for one in self.decisions)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        plain: Any = to_plain(
            {
                "since": self.span.since,
                "until": self.span.until,
                "differs": self.differs,
                "changed": self.changed,
                "warnings": self.warnings,
                "remarks": self.remarks,
                "counts": {what.value: counts for what, counts in self.counts.items()},
                "alerts": [
                    {"changes": one.changes, "before": one.before, "after": one.after}
                    for one in self.alerts
                ],
                "pages": {
                    "receivers": self.pages.receivers,
                    "hours": self.pages.hours,
                    "weekdays": self.pages.weekdays,
                    "days": {day.isoformat(): counts for day, counts in self.pages.days.items()},
                    "gone": self.pages.gone,
                    "new": self.pages.new,
                },
                "retrainings": {"gone": self.retrainings[0], "new": self.retrainings[1]},
                "promotions": {"gone": self.promotions[0], "new": self.promotions[1]},
                "gates": self.gates,
                "decisions": self.decisions,
            }
        )
        return plain if isinstance(plain, dict) else {}


def report_of(course: Course, span: Span, changed: Iterable[str]) -> Report:
    """Compare what was recorded with what the simulation told."""
    recorded, simulated = course.recorded, course.simulated
    counts = {
        what: Counts(before=_count(recorded, what), after=_count(simulated, what))
        for what in _COUNTED
    }
    return Report(
        span=span,
        changed=tuple(changed),
        counts=counts,
        alerts=compare_alerts(recorded, simulated, span),
        pages=compare_pages(recorded, simulated),
        retrainings=_only(recorded, simulated, {What.RETRAINING}),
        promotions=_only(recorded, simulated, {What.PROMOTION, What.ROLLBACK}),
        gates=tuple(one for one in course.differing if any(f.is_gate for f in one.flips)),
        decisions=tuple(course.differing),
        remarks=tuple(_remarks(course)),
        warnings=tuple(_warnings(course)),
    )


def _count(told: Iterable[Told], what: What) -> int:
    return sum(one.what is what for one in told)


def _only(
    recorded: Iterable[Told], simulated: Iterable[Told], kinds: set[What]
) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
    return only(
        [one for one in recorded if one.what in kinds],
        [one for one in simulated if one.what in kinds],
    )


def _warnings(course: Course) -> Iterable[str]:
    """What a reader has to know before the figures."""
    stale = course.stale.total()
    if stale:
        yield (
            f"{_decisions(stale)} on evidence that was gathered for the old policy, which the new "
            f"one would have gathered otherwise ({_listed(course.stale)})."
        )
    lost = course.undecidable.total()
    if lost:
        yield (
            f"{spell_number(lost)} looks that the new policy would have asked for were never made, "
            f"and nothing tells what they would have seen ({_listed(course.undecidable)})."
        )


def _decisions(count: int) -> str:
    return f"{spell_number(count)} decision{'s rest' if count != 1 else ' rests'}"


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted((one for one in counts.items() if one[1]), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name}: {spell_number(count)}" for name, count in ordered)


def _remarks(course: Course) -> Iterable[str]:
    """How it was found, and what was assumed."""
    yield (
        f"{spell_number(course.passed + course.again)} decisions of {course.subjects} subjects "
        f"were gone through: {spell_number(course.passed)} depend on nothing that was changed, "
        f"{spell_number(course.again)} were decided again. {_differ(course.other)} Other subjects "
        "decide nothing by it."
    )
    yield (
        "The world outside is taken as it was: deployments, traffic, requests, data and what "
        "people did, also where they followed from what is now decided otherwise."
    )
    if any(one.what in TELLS for one in course.simulated):
        yield "A notice that was never sent is taken to arrive as fast as recorded ones did."
    if any(one.what is What.RETRAINING for one in course.simulated):
        yield _trainings(TRAINS_FOR)


def _differ(count: int) -> str:
    """Those of one world alone count too, so there may be more than were decided again."""
    if count == 0:
        return "None is otherwise."
    return (
        f"{spell_number(count)} {'is' if count == 1 else 'are'} otherwise, or in one world alone."
    )


def _trainings(lasts: timedelta) -> str:
    return (
        "A retraining that was never asked for is taken to begin as fast as recorded ones, to last "
        f"{spell_duration(lasts)}, and to bring a version that is promoted."
    )
