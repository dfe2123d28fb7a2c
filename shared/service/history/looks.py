"""Looks at an endpoint as they were decided: shares, requests, deployments; and what changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.event import EventType
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.service.history.marks import Mark, MarkKind, mark_of
from shared.service.history.spans import (
    Decision,
    data_of,
    decided,
    event_kind,
    happened,
    is_told_again,
)

_DEPLOYMENT = "deployment/"
_PLACED = frozenset({Rule.ROUTING.value, Rule.PROVISIONING.value})
_FAILED = frozenset({"provisioning_failed", "stuck"})
_GONE = "endpoint_deleted"
_NOT_THERE = "not_there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The share of the requests that a deployment got, in an interval; `requests` are its own."""

    share: float
    low: float | None
    high: float | None
    requests: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at an endpoint saw: per cent declared and mirrored, and observed requests.

    `requests` are those of all deployments with a share, None where none were counted.
    `deployments` holds why each deployment is as it is, by name.
    """

    at: datetime
    decision: str
    declared: dict[str, float]
    mirrored: dict[str, float] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    requests: int | None = None
    verdict: Verdict = Verdict.PASS
    deployments: dict[str, str] = field(default_factory=dict)


def look_of(decision: Decision) -> Look | None:
    """The look that a decision made; None where it did not look at the endpoint's traffic."""
    if is_told_again(decision):
        return None
    findings = decision["findings"]
    if any(finding["reason"] == _GONE for finding in findings):
        return Look(at=decided(decision), decision=str(decision["hash"]), declared={})
    placed = [
        (str(finding["thing"]).removeprefix(_DEPLOYMENT), finding)
        for finding in findings
        if finding["rule"] in _PLACED
        and str(finding["thing"]).startswith(_DEPLOYMENT)
        and finding.get("statistic") == "traffic_percent"
    ]
    if not placed:
        return None
    observed = dict(_observed(findings))
    counted = [
        int(finding["n"])
        for finding in findings
        if finding["rule"] == Rule.OBSERVED_SHARE.value
        and finding.get("statistic") == "observed_share"
        and finding.get("n") is not None
    ]
    return Look(
        at=decided(decision),
        decision=str(decision["hash"]),
        declared={name: float(finding["estimate"] or 0.0) for name, finding in placed},
        mirrored={
            name: float(share)
            for name, finding in placed
            if (share := (finding.get("details") or {}).get("mirror_percent"))
        },
        observed=observed,
        requests=max(counted, default=None),
        verdict=Verdict(decision["verdict"]),
        deployments={
            name: str(finding["reason"])
            for name, finding in placed
            if finding["reason"] != _NOT_THERE
        },
    )


def _observed(findings: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Observed]]:
    for finding in findings:
        if finding["rule"] != Rule.OBSERVED_SHARE.value or finding.get("estimate") is None:
            continue
        if finding.get("statistic") != "observed_share":
            continue
        yield (
            str(finding["thing"]).removeprefix(_DEPLOYMENT),
            Observed(
                share=float(finding["estimate"]),
                low=finding["low"],
                high=finding["high"],
                requests=round(float(finding["estimate"]) * float(finding["n"] or 0)),
                verdict=Verdict(finding["verdict"]),
            ),
        )


def endpoint_marks(decisions: Iterable[Decision]) -> Iterator[Mark]:
    """Deployments that came, were written, failed and went, and changes of traffic.

    The first look tells what was there; what is there with the next one has come since.
    """
    before: Look | None = None
    changed = ""
    for decision in decisions:
        look = look_of(decision)
        if look is not None:
            yield from _deployments(decision, before, look)
            before = look
        for finding in decision["findings"]:
            if finding["rule"] == Rule.TRAFFIC_CHANGE.value and not is_told_again(decision):
                change = str(finding["sentence"]).partition(" by ")[0]
                if change != changed:
                    yield mark_of(
                        decision,
                        MarkKind.TRAFFIC_CHANGED,
                        happened(decision),
                        str(finding["reason"]),
                        str(finding["sentence"]),
                    )
                changed = change
        if look is not None and not _tells_change(decision):
            changed = ""


def _tells_change(decision: Decision) -> bool:
    return any(one["rule"] == Rule.TRAFFIC_CHANGE.value for one in decision["findings"])


def _deployments(decision: Decision, before: Look | None, look: Look) -> Iterator[Mark]:
    named = str(data_of(decision).get("deployment") or "")
    endpoint = str(decision["event"]["subject"]).partition("/")[2]
    told = event_kind(decision) == EventType.DEPLOYMENT_COMPLETED
    known = {} if before is None else before.deployments
    if before is not None:
        for name in sorted(look.deployments.keys() - known.keys()):
            at = happened(decision) if told and name == named else look.at
            says = f"Deployment {name} of {endpoint} was created"
            yield mark_of(decision, MarkKind.DEPLOYMENT_CREATED, at, name, f"{says}.")
        for name in sorted(known.keys() - look.deployments.keys()):
            says = f"Deployment {name} of {endpoint} is gone."
            yield mark_of(decision, MarkKind.DEPLOYMENT_DELETED, look.at, name, says)
    if told and named in look.deployments and (before is None or named in known):
        says = f"Deployment {named} of {endpoint} was written."
        yield mark_of(decision, MarkKind.DEPLOYMENT_WRITTEN, happened(decision), named, says)
    for name, reason in sorted(look.deployments.items()):
        if reason in _FAILED and known.get(name) != reason and before is not None:
            yield mark_of(decision, MarkKind.DEPLOYMENT_FAILED, look.at, name, _why(decision, name))


def _why(decision: Decision, name: str) -> str:
    return next(
        str(finding["sentence"])
        for finding in decision["findings"]
        if finding["thing"] == f"{_DEPLOYMENT}{name}" and finding["reason"] in _FAILED
    )
