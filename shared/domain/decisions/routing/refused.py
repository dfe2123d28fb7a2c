"""What Azure refused to do: nothing but an event tells of it, so the event is remembered.

A deployment that was never made is not listed, and a refused change leaves what was there before.
Looking finds neither: without its event such a failure stays unknown, which is the limit of the
twin on the timer.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.memory import CLOCKS
from shared.domain.decisions.routing.route import SUCCEEDED, Judged, model_of
from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.state import Refusal, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.domain.world import Endpoint

SPOKEN_OF = timedelta(days=1)
DELETED = "deleted"
"""In place of an outcome: what was refused before is over, though its event may come later."""
_ID = re.compile(r"[0-9A-Fa-f-]{8,64}")
_ITSELF = ""
_DELETIONS = frozenset({EventType.DEPLOYMENT_DELETED, EventType.ENDPOINT_DELETED})


def refusals_after(
    event: Event, endpoint: Endpoint | None, state: SubjectState, at: datetime, now: datetime
) -> dict[str, Refusal]:
    """What was refused and is not over: it was not done or deleted since, and a day has not passed.

    `endpoint` is None while there is none.
    """
    refused = dict(state.refused)
    name = _about(event)
    before = refused.get(name) if name is not None else None
    if name is None:
        pass
    elif _outcome(event) != "success":
        if not _is_over(name, event, refused):
            refused[name] = _refusal(event, max(at, now) + SPOKEN_OF)
    elif event.type in _DELETIONS:
        refused.update(deletion(event, state, max(at, now)))
    elif before is not None and event.time >= before.time:
        del refused[name]
    return {
        name: refusal
        for name, refusal in refused.items()
        if at < refusal.until
        and not _done_since(name, refusal, endpoint)
        and not _deleted_since(name, refusal, endpoint, state)
    }


def deletion(event: Event, state: SubjectState, now: datetime) -> dict[str, Refusal]:
    """What is to be remembered of a deletion that an event tells; empty for any other event."""
    name = _about(event)
    if name is None or event.type not in _DELETIONS or _outcome(event) != "success":
        return {}
    before = state.refused.get(name)
    if before is not None and before.time > event.time:
        return {name: before}
    return {name: Refusal(time=event.time, until=now + SPOKEN_OF, outcome=DELETED)}


def was_refused(refusal: Refusal) -> bool:
    """Whether it is one, and not the memory of a deletion."""
    return refusal.outcome != DELETED


def judge_refused(
    refused: dict[str, Refusal], name: str, endpoint: Endpoint | None
) -> tuple[Judged, ...]:
    """An alert for each; none for what is listed as failed or unfinished: its state tells that.

    `name` is the endpoint's, also while there is none.
    """
    return tuple(
        _judge(deployment, refusal, name, endpoint)
        for deployment, refusal in sorted(refused.items())
        if was_refused(refusal) and _state(deployment, endpoint) in {None, SUCCEEDED}
    )


def _about(event: Event) -> str | None:
    """The deployment that an event of a write or delete is about; empty for the endpoint itself."""
    if event.type in {EventType.TRAFFIC_CHANGED, EventType.ENDPOINT_DELETED}:
        return _ITSELF
    of_deployments = {
        EventType.DEPLOYMENT_COMPLETED,
        EventType.DEPLOYMENT_FAILED,
        EventType.DEPLOYMENT_DELETED,
    }
    name = event.data.get("deployment")
    return name if event.type in of_deployments and isinstance(name, str) and name else None


def _is_over(name: str, event: Event, refused: Mapping[str, Refusal]) -> bool:
    """Whether something later is known of it, or that its endpoint was deleted since."""
    before, whole = refused.get(name), refused.get(_ITSELF)
    if before is not None and before.time > event.time:
        return True
    return whole is not None and not was_refused(whole) and whole.time > event.time


def _outcome(event: Event) -> str:
    usual = "failure" if event.type is EventType.DEPLOYMENT_FAILED else "success"
    return str(event.data.get("outcome", usual))


def _refusal(event: Event, until: datetime) -> Refusal:
    by, correlation = event.data.get("by"), event.correlation_id or ""
    return Refusal(
        time=event.time,
        until=until,
        outcome=_outcome(event),
        by=by if isinstance(by, str) and by else None,
        correlation=correlation if _ID.fullmatch(correlation) else None,
    )


def _state(deployment: str, endpoint: Endpoint | None) -> str | None:
    """Azure's word for its state in lower case; None when it is not listed."""
    if endpoint is None:
        return None
    if deployment == _ITSELF:
        return endpoint.provisioning_state.casefold()
    listed = (d for d in endpoint.deployments if d.name == deployment)
    return next((d.provisioning_state.casefold() for d in listed), None)


def _done_since(deployment: str, refusal: Refusal, endpoint: Endpoint | None) -> bool:
    """Whether a later try succeeded, by the resource's own time of writing."""
    if endpoint is None or _state(deployment, endpoint) != SUCCEEDED:
        return False
    written = {d.name: d.changed for d in endpoint.deployments} | {_ITSELF: endpoint.changed}
    changed = written[deployment]
    return changed is not None and changed > refusal.time + CLOCKS


def _deleted_since(
    deployment: str, refusal: Refusal, endpoint: Endpoint | None, state: SubjectState
) -> bool:
    """Whether it was listed at the look before, with this refusal known, and is no more."""
    return (
        state.refused.get(deployment) is refusal
        and deployment in state.deployments
        and _state(deployment, endpoint) is None
    )


def _judge(deployment: str, refusal: Refusal, name: str, endpoint: Endpoint | None) -> Judged:
    what = f"deployment {deployment} of {name}" if deployment else f"endpoint {name}"
    did = "cancelled a request" if refusal.outcome == "cancel" else "refused"
    verb = "make" if _state(deployment, endpoint) is None else "change"
    asked = f"; {refusal.by} had asked for it" if refusal.by else ""
    sentence = f"Azure {did} to {verb} {what} at {spell_time(refusal.time)}{asked}."
    finding = Finding(
        rule=Rule.PROVISIONING,
        thing=f"deployment/{deployment}" if deployment else f"endpoint/{name}",
        verdict=Verdict.FAIL,
        reason="refused",
        sentence=sentence,
    )
    alert = Alert(
        kind=AlertKind.DEPLOYMENT_FAILED if deployment else AlertKind.ENDPOINT_FAILED,
        subject=f"endpoint/{name}",
        severity=Severity.WARNING,
        title=f"Azure {did} to {verb} {what}",
        text=f"{sentence} {_left(deployment, endpoint)}",
        first_step=_first_step(refusal),
        since=refusal.time,
        labels={"endpoint": name} | ({"deployment": deployment} if deployment else {}),
    )
    return Judged(finding=finding, alerts=(alert,), look_again=refusal.until)


def _left(deployment: str, endpoint: Endpoint | None) -> str:
    if endpoint is None:
        return "The workspace has no such endpoint."
    if deployment == _ITSELF:
        return "The endpoint is as it was before."
    listed = next((d for d in endpoint.deployments if d.name == deployment), None)
    if listed is None:
        return "The endpoint has no such deployment."
    model = model_of(listed)
    return f"What runs there is what ran before{f': {model}' if model else ''}."


def _first_step(refusal: Refusal) -> str:
    if refusal.correlation is None:
        return "Read why in the log of the pipeline that asked for it, or in Azure's activity log."
    return (
        "Read why, in the log of the pipeline that asked for it or with: az monitor activity-log "
        f'list --correlation-id {refusal.correlation} --query "[].properties.statusMessage"'
    )
