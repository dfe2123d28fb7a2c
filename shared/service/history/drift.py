"""A model's drift over time: each feature's index with its interval, and the alarms."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.alert import AlertKind
from shared.domain.canonical import parse_time
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list
from shared.ports import Ledger, Policies
from shared.service.history.happenings import (
    alert_marks,
    promotion_marks,
    retraining_marks,
    version_marks,
)
from shared.service.history.looks import endpoint_marks
from shared.service.history.marks import Mark
from shared.service.history.points import Point, point_of, thinned
from shared.service.history.relations import endpoints_of
from shared.service.history.spans import (
    Decision,
    Past,
    Span,
    decided,
    happened,
    is_told_again,
    read_past,
)
from shared.service.history.thinning import MOST_POINTS
from shared.service.history.traffic import left_out, marks_in

MOST_FEATURES = 40
_SIDES = ("feature", "prediction")
_DRIFT = frozenset({AlertKind.DRIFT.value})
_WORSE = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSeries:
    """One column over time; `side` is `feature` or `prediction`, `looks` all that judged it."""

    name: str
    side: str
    points: tuple[Point, ...]
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAlarm:
    """An alarm of drift: the data changed `since`, it was told at `begun`, and is over at `ended`.

    `text` holds the columns and the evidence as they were told; it may hold what others wrote.
    """

    fingerprint: str
    since: datetime
    begun: datetime
    ended: datetime | None
    title: str
    text: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftHistory:
    """A model's looks at drift, the worst features first.

    `looks` counts the decisions that judged a window; one that could not be read is in `problems`.
    """

    model: str
    span: Span
    features: tuple[FeatureSeries, ...] = ()
    looks: int = 0
    problems: tuple[Point, ...] = ()
    alarms: tuple[DriftAlarm, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


def drift_history(
    ledger: Ledger,
    policies: Policies,
    model: str,
    span: Span,
    *,
    features: Collection[str] = (),
    most: int = MOST_POINTS,
) -> DriftHistory:
    """Of one model: of these features, or of those that drifted most."""
    past = read_past(ledger, f"model/{model}", span)
    within = [one for one in past.decisions if span.holds(decided(one)) and not is_told_again(one)]
    columns, problems = _columns(within)
    series = [
        FeatureSeries(name=name, side=side, points=thinned(points, most), looks=len(points))
        for (side, name), points in columns.items()
        if not features or name in features
    ]
    series.sort(key=lambda one: (*_how_bad(columns[one.side, one.name]), one.side, one.name))
    left, notes = series[MOST_FEATURES:], list(past.notes)
    marks = [
        *alert_marks(past.decisions, _DRIFT),
        *version_marks(past.decisions),
        *promotion_marks(past),
    ]
    others, told = surroundings(ledger, policies, model, span)
    kept, cut = marks_in([*marks, *others], span)
    dropped = sum(one.looks - len(one.points) for one in series[:MOST_FEATURES])
    if left:
        names = spell_list([one.name for one in left])
        notes.append(f"{len(left)} features that drifted less are left out: {names}.")
    return DriftHistory(
        model=model,
        span=span,
        features=tuple(series[:MOST_FEATURES]),
        looks=len({point.decision for points in columns.values() for point in points}),
        problems=thinned(problems, most),
        alarms=_alarms(past, span),
        marks=kept,
        notes=(*notes, *told, *left_out(dropped, "points of features"), *cut),
    )


def surroundings(
    ledger: Ledger, policies: Policies, model: str, span: Span
) -> tuple[list[Mark], tuple[str, ...]]:
    """What was deployed, routed and retrained meanwhile: marks, and notes on what was not read."""
    retrained = read_past(ledger, f"retraining/{model}", span)
    pasts = [read_past(ledger, f"endpoint/{name}", span) for name in endpoints_of(policies, model)]
    marks = [*retraining_marks(retrained)]
    for past in pasts:
        marks += endpoint_marks(past.decisions)
    return marks, tuple(note for past in (retrained, *pasts) for note in past.notes)


def _columns(
    decisions: Iterable[Decision],
) -> tuple[Mapping[tuple[str, str], list[Point]], list[Point]]:
    """Each column's points by side and name, and the looks that could not be made."""
    columns: dict[tuple[str, str], list[Point]] = defaultdict(list)
    problems: list[Point] = []
    for decision in decisions:
        at = happened(decision)
        for finding in decision["findings"]:
            if finding["rule"] != Rule.DRIFT.value:
                continue
            side, _, name = str(finding["thing"]).partition("/")
            if side in _SIDES and name:
                columns[side, name].append(point_of(decision, finding, at))
            elif finding["verdict"] == Verdict.ERROR.value:
                problems.append(point_of(decision, finding, at))
    return columns, problems


def _how_bad(points: Iterable[Point]) -> tuple[int, float]:
    """Least for what was worst: the worst verdict that decides, then how far towards the limit."""
    worst, reach = 0, 0.0
    for point in points:
        worst = max(worst, _WORSE.index(point.verdict))
        if point.estimate is not None:
            reach = max(reach, point.estimate / point.limit if point.limit else point.estimate)
    return -worst, -reach


def _alarms(past: Past, span: Span) -> tuple[DriftAlarm, ...]:
    """Those of the span, oldest first; one that began before what was read begins with its end."""
    found: list[DriftAlarm] = []
    for decision in past.decisions:
        for action in decision["actions"]:
            alert = action.get("alert") or {}
            if alert.get("kind") not in _DRIFT:
                continue
            at, over = decided(decision), action["action"] == "ResolveAlert"
            same = [
                place
                for place, one in enumerate(found)
                if one.fingerprint == alert["fingerprint"] and one.ended is None
            ]
            alarm = DriftAlarm(
                fingerprint=str(alert["fingerprint"]),
                since=parse_time(alert["since"]),
                begun=found[same[-1]].begun if same else at,
                ended=at if over else None,
                title=str(alert["title"]),
                text=str(alert["text"]),
                decision=str(decision["hash"]),
            )
            if same:
                found[same[-1]] = alarm
            else:
                found.append(alarm)
    return tuple(
        one
        for one in found
        if one.begun <= span.until and (one.ended is None or one.ended >= span.since)
    )
