"""An endpoint's traffic over time: declared in steps, observed as it was counted, with marks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.state import SubjectState, TrafficShift
from shared.domain.verdict import Verdict
from shared.ports import Ledger, Policies
from shared.service.codec import decode
from shared.service.history.happenings import alert_marks, promotion_marks
from shared.service.history.looks import Look, Observed, endpoint_marks, look_of
from shared.service.history.marks import Mark, MarkKind
from shared.service.history.relations import models_at
from shared.service.history.spans import Span, read_past
from shared.service.history.thinning import MOST_POINTS, thin

MOST_MARKS = 200
_ORDER = tuple(MarkKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesStep:
    """Shares in per cent by deployment, in force from `at` until the next step.

    Of the first step `at` may be the beginning of the span. `by` is who changed them and `models`
    what each deployment carried, as far as they were told.
    """

    at: datetime
    shares: dict[str, float]
    by: str | None = None
    models: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedLook:
    """The requests that one look counted, by deployment; `requests` are those of all."""

    at: datetime
    requests: int
    observed: dict[str, Observed]
    verdict: Verdict
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficHistory:
    """What an endpoint's deployments were to get and what they got.

    `deployments` are all that are spoken of, by name. `looks` counts those at the endpoint in the
    span, of which `observed` holds those that could count requests.
    """

    endpoint: str
    span: Span
    deployments: tuple[str, ...] = ()
    declared: tuple[SharesStep, ...] = ()
    mirrored: tuple[SharesStep, ...] = ()
    observed: tuple[ObservedLook, ...] = ()
    looks: int = 0
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


def traffic_history(
    ledger: Ledger, policies: Policies, endpoint: str, span: Span, *, most: int = MOST_POINTS
) -> TrafficHistory:
    """Of one endpoint, from its decisions, its state and the promotions of its models."""
    subject = f"endpoint/{endpoint}"
    past = read_past(ledger, subject, span)
    state = decode(ledger.state(subject).state, SubjectState)
    seen = [look for one in past.decisions if (look := look_of(one)) is not None]
    within = [look for look in seen if span.holds(look.at)]
    counted = [
        ObservedLook(
            at=look.at,
            requests=look.requests,
            observed=look.observed,
            verdict=look.verdict,
            decision=look.decision,
        )
        for look in within
        if look.requests is not None
    ]
    declared = _in_span(_declared(seen, state.traffic), span)
    mirrored = _in_span(_steps(seen, lambda look: look.mirrored), span)
    mirrored = mirrored if any(step.shares for step in mirrored) else []
    marks = [*endpoint_marks(past.decisions), *alert_marks(past.decisions)]
    notes = list(past.notes)
    for model in models_at(policies, endpoint):
        of_model = read_past(ledger, f"model/{model}", span)
        marks += promotion_marks(of_model)
        notes += of_model.notes
    shown = thin(counted, lambda one: one.requests, lambda one: one.verdict, most)
    kept, left = marks_in(marks, span)
    steps = thin(declared, _none, _names, most)
    return TrafficHistory(
        endpoint=endpoint,
        span=span,
        deployments=tuple(
            sorted(
                {
                    *(name for look in within for name in (*look.declared, *look.deployments)),
                    *(name for step in (*declared, *mirrored) for name in step.shares),
                }
            )
        ),
        declared=steps,
        mirrored=thin(mirrored, _none, _names, most),
        observed=shown,
        looks=len(within),
        marks=kept,
        notes=(
            *notes,
            *left_out(len(counted) - len(shown), "looks at requests"),
            *left_out(len(declared) - len(steps), "changes of traffic"),
            *left,
        ),
    )


def _none(_: SharesStep) -> None:
    """A split of traffic is no number."""


def _names(step: SharesStep) -> tuple[str, ...]:
    return tuple(sorted(step.shares))


def _declared(looks: Sequence[Look], shifts: Sequence[TrafficShift]) -> Iterable[SharesStep]:
    """By the looks as far as the shifts do not go back; these know who and when."""
    began = shifts[0].time if shifts else None
    for step in _steps(looks, lambda look: look.declared):
        if began is None or step.at < began:
            yield step
    for shift in shifts:
        yield SharesStep(
            at=shift.time, shares=_positive(shift.shares), by=shift.by, models=dict(shift.models)
        )


def _steps(
    looks: Iterable[Look], shares: Callable[[Look], dict[str, float]]
) -> Iterable[SharesStep]:
    """One step for each change from look to look."""
    before: dict[str, float] | None = None
    for look in looks:
        now = _positive(shares(look))
        if now != before:
            yield SharesStep(at=look.at, shares=now)
        before = now


def _positive(shares: dict[str, float]) -> dict[str, float]:
    return {name: share for name, share in shares.items() if share > 0}


def _in_span(steps: Iterable[SharesStep], span: Span) -> list[SharesStep]:
    """Those that were in force in the span; the first from its beginning on."""
    ordered = sorted(steps, key=lambda step: step.at)
    before = [step for step in ordered if step.at < span.since]
    within = [step for step in ordered if span.holds(step.at)]
    if before and not (within and within[0].at == span.since):
        last = before[-1]
        within.insert(
            0, SharesStep(at=span.since, shares=last.shares, by=last.by, models=last.models)
        )
    return within


def marks_in(
    marks: Iterable[Mark], span: Span, most: int = MOST_MARKS
) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks of a span by time, the newest of very many, and a note on what is left out."""
    found = sorted(
        dict.fromkeys(mark for mark in marks if span.holds(mark.at)),
        key=lambda mark: (mark.at, _ORDER.index(mark.kind)),
    )
    return tuple(found[-most:]), left_out(len(found) - most, "older marks")


def left_out(count: int, what: str) -> tuple[str, ...]:
    """A note where something was left out."""
    return (f"{count} {what} are left out.",) if count > 0 else ()
