"""The life of a problem: told once, kept while it lasts, closed when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.canonical import content_hash


class Severity(StrEnum):
    """How soon a person should look."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class AlertKind(StrEnum):
    """What kind of problem it is; part of an alert's identity."""

    PROMOTION_BLOCKED = "promotion_blocked"
    PROMOTION_WAITING = "promotion_waiting"
    PROMOTION_FAILED = "promotion_failed"
    PROMOTED_VERSION_FAILS = "promoted_version_fails"
    ROLLOUT_STOPPED = "rollout_stopped"
    NO_TRAFFIC = "no_traffic"
    DEPLOYMENT_FAILED = "deployment_failed"
    DEPLOYMENT_STUCK = "deployment_stuck"
    TRAFFIC_TO_DELETING = "traffic_to_deleting"
    TRAFFIC_TO_MISSING = "traffic_to_missing"
    SHARES_IMPOSSIBLE = "shares_impossible"
    ENDPOINT_FAILED = "endpoint_failed"
    ENDPOINT_STUCK = "endpoint_stuck"
    NOT_OBSERVED = "not_observed"
    CALLED_BY_HEADER = "called_by_header"
    MIRROR_ONLY = "mirror_only"
    FORGOTTEN_DEPLOYMENT = "forgotten_deployment"
    UNPLANNED_CHANGE = "unplanned_change"
    ERRORS = "errors"
    SLOW = "slow"
    SATURATED = "saturated"
    COLD_INSTANCES = "cold_instances"
    BATCH_FAILED = "batch_failed"
    BATCH_MISSING = "batch_missing"
    NO_INFERENCE_DATA = "no_inference_data"
    DATA_STOPPED = "data_stopped"
    DATA_INCOMPLETE = "data_incomplete"
    DRIFT = "drift"
    KPI_CHANGED = "kpi_changed"
    KPI_DIFFERS = "kpi_differs"
    KPI_SILENT = "kpi_silent"
    MONITOR_BREACH = "monitor_breach"
    POLICY_MISSING = "policy_missing"
    POLICY_INVALID = "policy_invalid"
    CHECK_SILENT = "check_silent"
    SOURCE_SILENT = "source_silent"
    AZURE_ALERT = "azure_alert"
    OUTBOX_STUCK = "outbox_stuck"
    QUEUE_BEHIND = "queue_behind"
    BATCH_STUCK = "batch_stuck"
    BATCH_VOLUME = "batch_volume"
    CHANNEL_FAILED = "channel_failed"
    RETRAINING_STALLED = "retraining_stalled"
    RETRAINING_FAILED = "retraining_failed"
    RETRAINING_STOPPED = "retraining_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A problem as a person reads it.

    Identity is kind, subject and labels, never the text: `title` says what, `text` how sure and
    what it means, `first_step` the first thing to do. `since` is when the problem began.
    """

    kind: AlertKind
    subject: str
    severity: Severity
    title: str
    text: str
    first_step: str
    since: datetime
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that stay the same while the problem is the same."""
        return content_hash([self.kind, self.subject, dict(self.labels)])[:16]
