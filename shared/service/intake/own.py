"""Driftgate's own events as somebody else sends them: believed no more than any other."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.event import EXTENSION_PREFIX, Check, Event, EventType, Replay
from shared.domain.people.intent import intent_from_outside
from shared.errors import MalformedPayload, UnknownEventType
from shared.service.intake.fields import required_name, required_text, required_time
from shared.service.intake.people import plain_name

_SUBJECT = re.compile(r"[a-z][a-z-]{0,30}/[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
INTENTS = frozenset({EventType.INTENT_DECLARED, EventType.INTENT_WITHDRAWN})
OURS_ALONE = frozenset(
    {
        EventType.PROMOTION_STARTED,
        EventType.PROMOTION_REFUSED,
        EventType.CHECK_ASKED,
        EventType.OVERRIDE_GIVEN,
        EventType.OVERRIDE_WITHDRAWN,
        EventType.APPROVAL_SAID,
        EventType.APPROVAL_WITHDRAWN,
        EventType.TRAFFIC_SHIFTED,
        EventType.TRAFFIC_SHIFT_REFUSED,
        EventType.ALERT_RAISED,
        EventType.ALERT_ENDED,
        EventType.ALERT_ACKNOWLEDGED,
        EventType.ACKNOWLEDGEMENT_WITHDRAWN,
        EventType.SILENCE_GIVEN,
        EventType.SILENCE_WITHDRAWN,
        EventType.NOTICE_MADE,
        EventType.NOTICE_DELIVERED,
        EventType.NOTICE_UNDELIVERED,
        EventType.RETRAINING_WANTED,
        EventType.RETRAINING_GRANTED,
        EventType.RETRAINING_DELAYED,
        EventType.RETRAINING_STARTED,
        EventType.RETRAINING_REFUSED,
        EventType.RETRAINING_RESUMED,
        EventType.PROFILE_WANTED,
        EventType.PROFILING_STARTED,
        EventType.PROFILING_REFUSED,
        EventType.PART_PROFILED,
        EventType.PROFILE_MADE,
        EventType.PROFILE_FAILED,
        EventType.BUDGET_ASKED,
        EventType.BUDGET_RETURNED,
        EventType.DEAD_LETTERS_RESUBMITTED,
        EventType.DEAD_LETTERS_PURGED,
        EventType.SUBJECT_ERASED,
        EventType.RETENTION_BEGUN,
        EventType.RETENTION_ENDED,
        EventType.REPLAY_ASKED,
        EventType.REPLAY_ADVANCED,
        EventType.REPLAY_STOPPED,
        EventType.REPLAY_RESUMED,
    }
)
"""Driftgate believes these only when it said them itself: they let a version through, keep people
from being told, or start a training."""
TOLD_IN_THEIR_OWN_FORM = frozenset(
    {
        EventType.RUN_COMPLETED,
        EventType.RUN_STATUS_CHANGED,
        EventType.MONITOR_BREACHED,
        EventType.DATASET_DRIFT_DETECTED,
        EventType.PIPELINE_RUN_COMPLETED,
        EventType.PIPELINE_STAGE_COMPLETED,
        EventType.APPROVAL_GIVEN,
        EventType.AZURE_ALERT_FIRED,
        EventType.AZURE_ALERT_RESOLVED,
    }
)
"""What is in these is believed as it is told, so each is read and cleaned in its sender's form."""
_ENDPOINT, _MODEL = frozenset({"endpoint"}), frozenset({"model"})
_SUBJECTS = {
    EventType.MODEL_REGISTERED: _MODEL,
    EventType.MODEL_DEPLOYED: _ENDPOINT,
    EventType.DEPLOYMENT_COMPLETED: _ENDPOINT,
    EventType.DEPLOYMENT_FAILED: _ENDPOINT,
    EventType.DEPLOYMENT_DELETED: _ENDPOINT,
    EventType.ENDPOINT_DELETED: _ENDPOINT,
    EventType.TRAFFIC_CHANGED: _ENDPOINT,
}
_CHECKED = {
    Check.ROUTING: _ENDPOINT,
    Check.HEALTH: _ENDPOINT,
    Check.RECONCILE: frozenset({"endpoint", "model", "monitor", "azure-alert"}),
    Check.DRIFT: _MODEL,
    Check.KPI: _MODEL,
    Check.BATCH: _MODEL,
    Check.COLLECTION: _MODEL,
    Check.PROMOTION: _MODEL,
    Check.ALERTS: frozenset({"alerts", "receiver", "silences"}),
    Check.RETRAINING: frozenset({"retraining", "budget"}),
    Check.PROFILING: frozenset({"profiling"}),
    Check.HEARTBEAT: frozenset({"service"}),
}
"""The kinds of subjects that an event or a check is of: one that is decided as another's would end
alerts that it knows nothing of."""
_NAMES = ("endpoint", "deployment", "model", "version")


def read_own(envelope: Mapping[str, Any], kind: str, *, ours: bool = False) -> Event:
    """A CloudEvent of a type of ours; `ours` says that Driftgate itself sends it.

    Raises MalformedPayload naming the field, InvalidData for an intent that cannot be meant, and
    UnknownEventType for what nobody else may tell.
    """
    try:
        event = _read(envelope, kind)
    except MalformedPayload as problem:
        raise MalformedPayload(
            f"The Driftgate event of type {kind[:80]} cannot be read: {problem}"
        ) from problem
    if event.type in OURS_ALONE and not ours:
        raise UnknownEventType(
            f"An event of type {kind[:80]} is made by Driftgate alone and not taken from outside."
        )
    if event.replay is not None and not ours:
        raise MalformedPayload(
            "replayname marks what Driftgate tells again and nobody carries out; leave it out."
        )
    if event.type in TOLD_IN_THEIR_OWN_FORM and not ours:
        raise UnknownEventType(
            f"An event of type {kind[:80]} is not taken in this form; send what Azure or the "
            "pipeline itself tells, as it is."
        )
    if event.type in INTENTS:
        return intent_from_outside(event)
    if not ours:
        _expect_subject(event, kind)
    if event.type is EventType.CHECK_DUE and not ours:
        return _asked_from_outside(event)
    return event


def _expect_subject(event: Event, kind: str) -> None:
    """Whether it is of a kind of subject that such an event can be of."""
    check = Check(event.data["check"]) if event.type is EventType.CHECK_DUE else None
    kinds = _SUBJECTS.get(event.type) if check is None else _CHECKED[check]
    if kinds is not None and event.subject.partition("/")[0] not in kinds:
        what = kind if check is None else f"{kind} for {check.value}"
        raise MalformedPayload(
            f"subject is {event.subject[:80]!r}, and {what[:120]} is of "
            f"{' or '.join(f'{one}/name' for one in sorted(kinds))}."
        )


def _read(envelope: Mapping[str, Any], kind: str) -> Event:
    form = "CloudEvent"
    try:
        kept = EventType(kind.removeprefix(EXTENSION_PREFIX))
    except ValueError as problem:
        raise MalformedPayload("there is no such type.") from problem
    subject = required_text(envelope, "subject", form)
    if not _SUBJECT.fullmatch(subject):
        raise MalformedPayload(f"subject is {subject[:80]!r}; write it as endpoint/name.")
    data = envelope.get("data")
    if data is not None and not isinstance(data, dict):
        raise MalformedPayload("data must be an object.")
    return Event(
        id=required_text(envelope, "id", form),
        source=required_text(envelope, "source", form),
        type=kept,
        subject=subject,
        time=required_time(envelope, "time", form),
        data=_checked(kept, data or {}),
        correlation_id=_optional_text(envelope, "correlationid"),
        replay=None if _optional_text(envelope, "replayname") is None else Replay.of(envelope),
    )


def _checked(kind: EventType, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Names stay names, since they end up in commands that people are told to run."""
    if kind is EventType.CHECK_DUE and data.get("check") not in [check.value for check in Check]:
        raise MalformedPayload(f"check is {str(data.get('check'))[:80]!r}; there is none such.")
    if kind in INTENTS:
        return data
    for field in _NAMES:
        if data.get(field) is not None:
            required_name(data[field], field)
    return {**data, "by": plain_name(data["by"])} if "by" in data else data


def _asked_from_outside(event: Event) -> Event:
    """A check without what only Driftgate's own checks carry: whom to answer, and what is left."""
    return replace(event, data={"check": event.data["check"]})


def _optional_text(envelope: Mapping[str, Any], field: str) -> str | None:
    value = envelope.get(field)
    if value is not None and not isinstance(value, str):
        raise MalformedPayload(f"{field} is no text; send it as text, or leave it out.")
    return value
