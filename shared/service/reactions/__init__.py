"""One reaction an event family: where its evidence comes from and which function decides.

Each family is imported only when its first event comes, so that a routing check never pays for
numpy. To react to a new event, add a file here and its line in `_FAMILIES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from shared.domain.decision import Outcome
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import Evidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Gather reads the world into evidence; decide is pure and can be run again from it."""

    evidence: type[Evidence]
    gather: Callable[[Event, Policy | None, SubjectState, World, datetime], Evidence]
    decide: Callable[[Event, Any, Policy | None, SubjectState, datetime], Outcome]


_FAMILIES = {
    EventType.MODEL_REGISTERED: "promotion",
    EventType.PROMOTION_STARTED: "promotion",
    EventType.PROMOTION_REFUSED: "promotion",
    EventType.CHECK_ASKED: "promotion",
    EventType.OVERRIDE_GIVEN: "promotion",
    EventType.OVERRIDE_WITHDRAWN: "promotion",
    EventType.APPROVAL_SAID: "promotion",
    EventType.APPROVAL_WITHDRAWN: "promotion",
    EventType.TRAFFIC_SHIFTED: "promotion",
    EventType.TRAFFIC_SHIFT_REFUSED: "promotion",
    EventType.PIPELINE_RUN_COMPLETED: "pipelines",
    EventType.PIPELINE_STAGE_COMPLETED: "pipelines",
    EventType.APPROVAL_GIVEN: "pipelines",
    EventType.MODEL_DEPLOYED: "routing",
    EventType.DEPLOYMENT_COMPLETED: "routing",
    EventType.DEPLOYMENT_FAILED: "routing",
    EventType.DEPLOYMENT_DELETED: "routing",
    EventType.TRAFFIC_CHANGED: "routing",
    EventType.ENDPOINT_DELETED: "routing",
    EventType.INTENT_DECLARED: "routing",
    EventType.INTENT_WITHDRAWN: "routing",
    EventType.RUN_COMPLETED: "runs",
    EventType.RUN_STATUS_CHANGED: "runs",
    EventType.MONITOR_BREACHED: "monitors",
    EventType.ALERT_RAISED: "alerts",
    EventType.ALERT_ENDED: "alerts",
    EventType.ALERT_ACKNOWLEDGED: "alerts",
    EventType.ACKNOWLEDGEMENT_WITHDRAWN: "alerts",
    EventType.SILENCE_GIVEN: "silences",
    EventType.SILENCE_WITHDRAWN: "silences",
    EventType.NOTICE_MADE: "receivers",
    EventType.NOTICE_DELIVERED: "receivers",
    EventType.NOTICE_UNDELIVERED: "receivers",
    EventType.RETRAINING_WANTED: "retraining",
    EventType.RETRAINING_GRANTED: "retraining",
    EventType.RETRAINING_DELAYED: "retraining",
    EventType.RETRAINING_STARTED: "retraining",
    EventType.RETRAINING_REFUSED: "retraining",
    EventType.RETRAINING_RESUMED: "retraining",
    EventType.PROFILE_WANTED: "profiling",
    EventType.PROFILING_STARTED: "profiling",
    EventType.PROFILING_REFUSED: "profiling",
    EventType.PART_PROFILED: "profiling",
    EventType.PROFILE_MADE: "drift",
    EventType.PROFILE_FAILED: "drift",
    EventType.BUDGET_ASKED: "budget",
    EventType.BUDGET_RETURNED: "budget",
    EventType.REPLAY_ASKED: "replay",
    EventType.REPLAY_ADVANCED: "replay",
    EventType.REPLAY_STOPPED: "replay",
    EventType.REPLAY_RESUMED: "replay",
    EventType.SUBJECT_ERASED: "erasing",
    EventType.RETENTION_BEGUN: "retaining",
    EventType.RETENTION_ENDED: "retaining",
    EventType.AZURE_ALERT_FIRED: "azure_alerts",
    EventType.AZURE_ALERT_RESOLVED: "azure_alerts",
}
_CHECKS = {
    Check.ROUTING: "routing",
    Check.RECONCILE: "routing",
    Check.DRIFT: "drift",
    Check.KPI: "kpi",
    Check.HEALTH: "health",
    Check.BATCH: "batch",
    Check.COLLECTION: "collection",
    Check.PROMOTION: "promotion",
    Check.ALERTS: "alerts",
    Check.RETRAINING: "retraining",
    Check.PROFILING: "profiling",
    Check.HEARTBEAT: "watchdog",
}
_RECONCILED = {"model": "promotion", "monitor": "monitors", "azure-alert": "azure_alerts"}
_OF_ALERTS = {"receiver": "receivers", "silences": "silences"}


def family_of(event: Event) -> str:
    """The file here that reacts to an event; events nothing reacts to are recorded."""
    if event.type is not EventType.CHECK_DUE:
        return _FAMILIES.get(event.type, "record")
    family = _CHECKS[Check(event.data["check"])]
    if family == "routing":
        return _RECONCILED.get(event.subject.partition("/")[0], family)
    if family == "retraining" and event.subject.startswith("budget/"):
        return "budget"
    if family == "alerts":
        return _OF_ALERTS.get(event.subject.partition("/")[0], family)
    return family


def reaction_to(event: Event) -> Reaction:
    """The reaction an event has."""
    reaction: Reaction = import_module(f"{__name__}.{family_of(event)}").REACTION
    return reaction
