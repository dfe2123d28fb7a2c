"""What happened: one envelope whatever the source spoke."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from shared.domain.canonical import content_hash, format_time, parse_time

EXTENSION_PREFIX = "io.driftgate."


class EventType(StrEnum):
    """Past tense, since an event cannot be refused, only reacted to."""

    MODEL_REGISTERED = "ModelRegistered"
    MODEL_DEPLOYED = "ModelDeployed"
    DEPLOYMENT_COMPLETED = "DeploymentCompleted"
    DEPLOYMENT_FAILED = "DeploymentFailed"
    DEPLOYMENT_DELETED = "DeploymentDeleted"
    ENDPOINT_DELETED = "EndpointDeleted"
    TRAFFIC_CHANGED = "TrafficChanged"
    RUN_COMPLETED = "RunCompleted"
    RUN_STATUS_CHANGED = "RunStatusChanged"
    MONITOR_BREACHED = "MonitorBreached"
    DATASET_DRIFT_DETECTED = "DatasetDriftDetected"
    PIPELINE_RUN_COMPLETED = "PipelineRunCompleted"
    PIPELINE_STAGE_COMPLETED = "PipelineStageCompleted"
    APPROVAL_GIVEN = "ApprovalGiven"
    PROMOTION_STARTED = "PromotionStarted"
    PROMOTION_REFUSED = "PromotionRefused"
    CHECK_ASKED = "EnvironmentCheckAsked"
    OVERRIDE_GIVEN = "OverrideGiven"
    OVERRIDE_WITHDRAWN = "OverrideWithdrawn"
    APPROVAL_SAID = "ApprovalSaid"
    APPROVAL_WITHDRAWN = "ApprovalWithdrawn"
    TRAFFIC_SHIFTED = "TrafficShifted"
    TRAFFIC_SHIFT_REFUSED = "TrafficShiftRefused"
    INTENT_DECLARED = "IntentDeclared"
    INTENT_WITHDRAWN = "IntentWithdrawn"
    AZURE_ALERT_FIRED = "AzureAlertFired"
    AZURE_ALERT_RESOLVED = "AzureAlertResolved"
    ALERT_RAISED = "AlertRaised"
    ALERT_ENDED = "AlertEnded"
    ALERT_ACKNOWLEDGED = "AlertAcknowledged"
    ACKNOWLEDGEMENT_WITHDRAWN = "AcknowledgementWithdrawn"
    SILENCE_GIVEN = "SilenceGiven"
    SILENCE_WITHDRAWN = "SilenceWithdrawn"
    NOTICE_MADE = "NoticeMade"
    NOTICE_DELIVERED = "NoticeDelivered"
    NOTICE_UNDELIVERED = "NoticeUndelivered"
    RETRAINING_WANTED = "RetrainingWanted"
    RETRAINING_GRANTED = "RetrainingGranted"
    RETRAINING_DELAYED = "RetrainingDelayed"
    RETRAINING_STARTED = "RetrainingStarted"
    RETRAINING_REFUSED = "RetrainingRefused"
    RETRAINING_RESUMED = "RetrainingResumed"
    PROFILE_WANTED = "ProfileWanted"
    PROFILING_STARTED = "ProfilingStarted"
    PROFILING_REFUSED = "ProfilingRefused"
    PART_PROFILED = "PartProfiled"
    PROFILE_MADE = "ProfileMade"
    PROFILE_FAILED = "ProfileFailed"
    BUDGET_ASKED = "BudgetAsked"
    BUDGET_RETURNED = "BudgetReturned"
    DEAD_LETTERS_RESUBMITTED = "DeadLettersResubmitted"
    DEAD_LETTERS_PURGED = "DeadLettersPurged"
    SUBJECT_ERASED = "SubjectErased"
    RETENTION_BEGUN = "RetentionBegun"
    RETENTION_ENDED = "RetentionEnded"
    REPLAY_ASKED = "ReplayAsked"
    REPLAY_ADVANCED = "ReplayAdvanced"
    REPLAY_STOPPED = "ReplayStopped"
    REPLAY_RESUMED = "ReplayResumed"
    CHECK_DUE = "CheckDue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The replay an event is told in: its name, and what may come of it.

    Only what is `applied` is carried out; anything else is logged at most. Told `again`, the event
    is another than the one that was decided, so that it is decided once more.
    """

    name: str
    applied: bool = False
    again: bool = False

    def attributes(self) -> dict[str, Any]:
        """As extension attributes of a CloudEvent."""
        marks = {"replayapplied": self.applied, "replayagain": self.again}
        return {"replayname": self.name, **{name: True for name, set_ in marks.items() if set_}}

    @classmethod
    def of(cls, cloud_event: Mapping[str, Any]) -> "Replay | None":
        """Read back what `attributes` wrote; None for what is told the first time."""
        name = cloud_event.get("replayname")
        if name is None:
            return None
        return cls(
            name=str(name),
            applied=cloud_event.get("replayapplied") is True,
            again=cloud_event.get("replayagain") is True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, as CloudEvents 1.0 attributes plus the subject it concerns.

    `subject` is the unit of order: `model/loan-default`, `endpoint/loan-endpoint`,
    `pipeline/12`. `time` is when it happened, aware and in UTC. `data` holds plain JSON values.
    `replay` is the replay it is part of, None for the first telling.
    """

    id: str
    source: str
    type: EventType
    subject: str
    time: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    correlation_id: str | None = None
    replay: Replay | None = None

    @property
    def key(self) -> str:
        """Identity for recognising a repeat: the CloudEvents rule, source and id together.

        What a replay tells again has the replay's name in it too.
        """
        return _key(self.source, self.id, self.replay)

    @property
    def name(self) -> str:
        """The subject without its kind: `loan-default` of `model/loan-default`."""
        return self.subject.partition("/")[2]

    def to_cloud_event(self) -> dict[str, Any]:
        """The event as a CloudEvents 1.0 structure, ready for JSON."""
        cloud_event: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": EXTENSION_PREFIX + self.type.value,
            "subject": self.subject,
            "time": format_time(self.time),
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }
        if self.correlation_id is not None:
            cloud_event["correlationid"] = self.correlation_id
        if self.replay is not None:
            cloud_event.update(self.replay.attributes())
        return cloud_event

    @classmethod
    def from_cloud_event(cls, cloud_event: Mapping[str, Any]) -> Self:
        """Read back what `to_cloud_event` wrote.

        Raises KeyError where an attribute is missing, ValueError for an unknown type or a time that
        is none, AttributeError for a time that is no text, TypeError for what is no object. Whether
        `id`, `source`, `subject` and `data` are of their kind is not looked at: intake does that.
        """
        return cls(
            id=cloud_event["id"],
            source=cloud_event["source"],
            type=EventType(str(cloud_event["type"]).removeprefix(EXTENSION_PREFIX)),
            subject=cloud_event["subject"],
            time=parse_time(cloud_event["time"]),
            data=cloud_event.get("data") or {},
            correlation_id=cloud_event.get("correlationid"),
            replay=Replay.of(cloud_event),
        )


def key_of(cloud_event: Mapping[str, Any]) -> str:
    """The `key` of an event that is kept as a CloudEvent."""
    return _key(cloud_event["source"], cloud_event["id"], Replay.of(cloud_event))


def _key(source: str, identity: str, replay: Replay | None) -> str:
    again = [replay.name] if replay is not None and replay.again else []
    return content_hash([source, identity, *again])


class Check(StrEnum):
    """What a timer or a scheduled message can ask for."""

    ROUTING = "routing"
    DRIFT = "drift"
    KPI = "kpi"
    HEALTH = "health"
    BATCH = "batch"
    COLLECTION = "collection"
    PROMOTION = "promotion"
    ALERTS = "alerts"
    RETRAINING = "retraining"
    PROFILING = "profiling"
    RECONCILE = "reconcile"
    HEARTBEAT = "heartbeat"


def check_due(
    check: Check, subject: str, due: datetime, data: Mapping[str, Any] | None = None
) -> Event:
    """The event that asks for one check of one subject at one time.

    Its id is made of the three, so that a schedule that fires twice asks once.
    """
    details = dict(data or {})
    return Event(
        id=content_hash([check.value, subject, format_time(due), details])[:32],
        source="driftgate/schedule",
        type=EventType.CHECK_DUE,
        subject=subject,
        time=due,
        data={"check": check.value, **details},
    )
