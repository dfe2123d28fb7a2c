"""One check's conclusion on one thing, with the numbers behind it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.verdict import Verdict


class Rule(StrEnum):
    """The rules a decision can try; each has a pure function of its own."""

    METRIC_GATE = "metric_gate"
    SCHEMA_GATE = "schema_gate"
    TAGS_GATE = "tags_gate"
    CHAMPION_GATE = "champion_gate"
    GOVERNANCE_GATE = "governance_gate"
    SLICES_GATE = "slices_gate"
    DEPLOYMENT_GATE = "deployment_gate"
    ROUTING_GATE = "routing_gate"
    LATENCY_GATE = "latency_gate"
    ERRORS_GATE = "errors_gate"
    DRIFT_GATE = "drift_gate"
    CANARY_GATE = "canary_gate"
    BAKE_GATE = "bake_gate"
    ROLLBACK_GATE = "rollback_gate"
    CALENDAR_GATE = "calendar_gate"
    BUDGET_GATE = "budget_gate"
    INTERVAL = "interval"
    OVERRIDE = "override"
    APPROVAL = "approval"
    PROMOTION = "promotion"
    ROLLOUT = "rollout"
    WATCH = "watch"
    BASELINE = "baseline"
    POLICY_FOUND = "policy_found"
    READABLE = "readable"
    ROUTING = "routing"
    PROVISIONING = "provisioning"
    OBSERVED_SHARE = "observed_share"
    INTENT = "intent"
    TRAFFIC_CHANGE = "traffic_change"
    HEALTH = "health"
    DIAGNOSIS = "diagnosis"
    BATCH = "batch"
    COLLECTION = "collection"
    DRIFT = "drift"
    ENGINE = "engine"
    PROFILING = "profiling"
    KPI = "kpi"
    MONITOR_BREACH = "monitor_breach"
    AZURE_ALERT = "azure_alert"
    WATCHDOG = "watchdog"
    ROUTE = "route"
    GROUP = "group"
    INHIBITION = "inhibition"
    SILENCE = "silence"
    MUTE_TIME = "mute_time"
    FLAPPING = "flapping"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTICE = "notice"
    PACE = "pace"
    CHANNEL = "channel"
    RETRAINING = "retraining"
    BUDGET = "budget"
    REPLAY = "replay"
    ERASURE = "erasure"
    RETENTION = "retention"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule said of one thing (`feature/income`, `deployment/green`, `metric/auc`).

    `enforced` is False for what is told but does not decide.
    `reason` is an enumerated word of the rule, `sentence` says it to a person.
    `estimate`, `low`, `high` and `limit` share the unit of `statistic`; `n` counts what the
    estimate rests on, `n_needed` what would decide it. None where the rule has no such number.
    """

    rule: Rule
    thing: str
    verdict: Verdict
    reason: str
    sentence: str
    statistic: str | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    n: float | None = None
    n_needed: float | None = None
    enforced: bool = True
    details: dict[str, Any] | None = None
