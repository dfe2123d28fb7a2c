"""What a person reads of a KPI: what, since when, how sure, what it means, the first step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.kpi.attribution import NEAR, Attribution, Cause, CauseKind, Reason
from shared.domain.decisions.kpi.moved import Moved, spell_sizes
from shared.domain.decisions.kpi.sides import Side
from shared.domain.event import Event
from shared.domain.evidence import KpiEvidence
from shared.domain.policy import Direction, KpiPolicy
from shared.domain.wording import spell_duration, spell_list, spell_moment, spell_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything a notice of one KPI is made of."""

    event: Event
    kpi: KpiPolicy
    evidence: KpiEvidence
    moved: Moved
    attribution: Attribution
    sure: str
    sides: tuple[Side, ...]
    owner: str | None

    @property
    def cause(self) -> Cause | None:
        """The cause that is blamed, unless the deployments do alike beside each other."""
        cause = self.attribution.blamed
        return None if cause is None or self.alike(cause) else cause

    def alike(self, cause: Cause) -> bool:
        """Whether the deployment that is blamed does no worse than the one beside it."""
        return any(
            side.finding.reason == "alike" and cause.deployment in {side.deployment, side.other}
            for side in self.sides
        )


def changed(told: Told) -> Alert:
    """A KPI left its baseline: since which change, with the way back where there is one."""
    name, model = told.kpi.name, told.event.name
    cause = told.cause
    since = cause.told() if cause is not None else spell_moment(told.moved.since)
    lines = [
        f"{name} {told.moved.sized()} since {_since(told)}: {told.moved.levels()}.",
        _sureness(told),
        *(side.finding.sentence for side in told.sides),
        _meaning(told.evidence, told.kpi),
        _accepted(told.kpi, told.moved.scale, told.owner),
    ]
    return Alert(
        kind=AlertKind.KPI_CHANGED,
        subject=told.event.subject,
        severity=Severity(told.kpi.severity),
        title=f"{model}: {name} {told.moved.did()} since {since}",
        text="\n".join(lines),
        first_step=_first_step(told),
        since=told.moved.since,
        labels={"model": model, "kpi": name},
    )


def differs(
    event: Event,
    kpi: KpiPolicy,
    evidence: KpiEvidence,
    side: Side,
    cause: Cause | None,
    start: datetime,
    owner: str | None,
) -> Alert:
    """A deployment does otherwise than the one beside it, whatever the season."""
    lines = [
        side.finding.sentence,
        "Both answered in the same hours, so neither season nor day explains it"
        + (f"; since {cause.told()} on {spell_moment(cause.time)}." if cause else "."),
        _meaning(evidence, kpi),
        _accepted(kpi, float((side.finding.details or {})["other_value"]), owner),
    ]
    step = (
        f"Take its traffic away, then look at its answers: {way_back(cause, evidence)}"
        if cause is not None
        else f"Compare the answers of {side.deployment} and {side.other}: "
        f"driftgate status {event.name}"
    )
    return Alert(
        kind=AlertKind.KPI_DIFFERS,
        subject=event.subject,
        severity=Severity(kpi.severity),
        title=f"{event.name}: {kpi.name} of {side.deployment} is {side.told} than {side.other}'s",
        text="\n".join(lines),
        first_step=step,
        since=cause.time if cause is not None else start,
        labels={"model": event.name, "kpi": kpi.name, "deployment": side.deployment},
    )


def way_back(cause: Cause, evidence: KpiEvidence) -> str:
    """The command that undoes a change of the endpoint, as far as it can be undone by one."""
    if cause.kind is CauseKind.WRITTEN:
        model = f" --set model=azureml:{cause.model_before}" if cause.model_before else ""
        asked = "" if model else " with the file it was written from before"
        return (
            f"az ml online-deployment update --endpoint-name {cause.endpoint} --name "
            f"{cause.deployment}{model}{asked}"
        )
    shares = {cause.deployment: 0.0, **cause.shares}
    option = " ".join(f"{name}={share:g}" for name, share in sorted(shares.items()))
    gone = [
        name
        for name, share in sorted(cause.shares.items())
        if share > 0 and evidence.deployments and name not in evidence.deployments
    ]
    lost = f"; deploy {spell_list(gone)} again first, which is gone" if gone else ""
    return f'az ml online-endpoint update --name {cause.endpoint} --traffic "{option}"{lost}'


def _since(told: Told) -> str:
    cause = told.cause
    if cause is None:
        return spell_moment(told.moved.since)
    return f"{cause.told()} on {spell_moment(cause.time)}"


def _sureness(told: Told) -> str:
    """How sure, and how the change of the endpoint was found: by its time."""
    attribution = told.attribution
    near = spell_duration(NEAR)
    match attribution.reason:
        case Reason.ONE:
            by = attribution.cause.by if attribution.cause is not None else None
            who = f"It was changed by {by}. " if by else ""
            tied = f"{who}No other change of {_endpoint(told)} lies there."
        case Reason.SEVERAL:
            tied = f"By its time it may as well be {_list(attribution.others)}."
        case Reason.EARLIER if attribution.cause is not None:
            tied = (
                f"No change of {_endpoint(told)} lies there; the last one before it: "
                f"{_list([attribution.cause])}."
            )
        case Reason.UNKNOWN:
            tied = "Which deployments were serving is not known."
        case _:
            tied = f"No change of {_endpoint(told)} lies there or within {near} before."
    blamed = attribution.blamed
    if blamed is not None and told.cause is None:
        tied = (
            f"It began about when {blamed.told()} ({spell_time(blamed.time)}), but side by side "
            "the deployments do alike, so what they are asked has changed rather than who answers."
        )
    asked = "whenever one looks" if told.cause is not None else "if it began then"
    interval = f"the interval has {100.0 * told.moved.confidence:g} % confidence {asked}"
    return f"How sure: {interval}; {told.sure}. {tied}"


def _list(causes: Iterable[Cause]) -> str:
    return spell_list([f"{cause.told()} at {spell_time(cause.time)}" for cause in causes])


def _endpoint(told: Told) -> str:
    return told.evidence.endpoint or "the endpoint"


def _meaning(evidence: KpiEvidence, kpi: KpiPolicy) -> str:
    if kpi.metric is not None:
        resource = kpi.metric.resource.rstrip("/").rpartition("/")[2]
        return f"It is read from the metric {kpi.metric.name} of {resource}."
    if evidence.endpoint is not None and evidence.healthy is not None:
        return (
            f"What it means: {evidence.endpoint} answers (no alert of errors, slowness or "
            f"saturation was open at {spell_time(evidence.healthy)}), so look at what it answers, "
            "not whether."
        )
    return (
        "What it means: an endpoint that answers every request can still answer wrongly; that it "
        "is up says nothing about this."
    )


def _accepted(kpi: KpiPolicy, scale: float, owner: str | None) -> str:
    limit = kpi.limit * abs(scale) if kpi.relative else kpi.limit
    size = spell_sizes((limit, limit, limit), kpi.kind, abs(scale))[0]
    way = {Direction.FALL: "a fall", Direction.RISE: "a rise", Direction.BOTH: "a change"}
    whose = f" Owner: {owner}." if owner else ""
    return f"The policy accepts {way[kpi.direction]} of {size}.{whose}"


def _first_step(told: Told) -> str:
    cause = told.cause
    if cause is None:
        return (
            "Compare the time it began with the inputs' drift and with what else changed: "
            f"driftgate status {told.event.name}"
        )
    compare = (
        f"compare {cause.model} with {cause.model_before}"
        if cause.model and cause.model_before and cause.model != cause.model_before
        else f"look at the answers of {cause.deployment}"
    )
    return f"Undo it, then {compare}: {way_back(cause, told.evidence)}"
