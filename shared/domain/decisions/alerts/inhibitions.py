"""The inhibitions that are built in: which problem says another already.

Each source is told at least as loudly as what it mutes, so that nothing urgent hides behind
something that can wait: a change that Azure refused (a warning) mutes no errors (critical).
"""

from shared.domain.alert import AlertKind, Severity
from shared.domain.policy import AlertsOf, Inhibition

_CRITICAL = [Severity.CRITICAL.value]
_NOTABLE = [Severity.CRITICAL.value, Severity.WARNING.value]
_ONLINE = {"batch": ""}
_WHOLE = {"deployment": ""}


def _kinds(*kinds: AlertKind) -> list[str]:
    return [kind.value for kind in kinds]


_ANSWERS = _kinds(
    AlertKind.ERRORS,
    AlertKind.SLOW,
    AlertKind.SATURATED,
    AlertKind.COLD_INSTANCES,
    AlertKind.NO_TRAFFIC,
    AlertKind.NOT_OBSERVED,
)
_ROWS = _kinds(AlertKind.NO_INFERENCE_DATA, AlertKind.DATA_STOPPED, AlertKind.DATA_INCOMPLETE)
_MODEL = _kinds(AlertKind.DRIFT, AlertKind.KPI_CHANGED, AlertKind.KPI_DIFFERS, AlertKind.KPI_SILENT)
_SERVES_NOBODY = AlertsOf(
    kind=_kinds(AlertKind.ENDPOINT_FAILED, AlertKind.NO_TRAFFIC), severity=_CRITICAL, labels=_WHOLE
)
_CANNOT_SERVE = AlertsOf(
    kind=_kinds(
        AlertKind.DEPLOYMENT_FAILED, AlertKind.TRAFFIC_TO_MISSING, AlertKind.TRAFFIC_TO_DELETING
    ),
    severity=_CRITICAL,
)

BUILT_IN = (
    Inhibition(source=_SERVES_NOBODY, target=AlertsOf(kind=_ANSWERS), equal=["endpoint"]),
    Inhibition(source=_SERVES_NOBODY, target=AlertsOf(kind=[*_ROWS, *_MODEL], labels=_ONLINE)),
    Inhibition(
        source=_CANNOT_SERVE, target=AlertsOf(kind=_ANSWERS), equal=["endpoint", "deployment"]
    ),
    Inhibition(
        source=_CANNOT_SERVE,
        target=AlertsOf(kind=[*_ROWS, AlertKind.KPI_DIFFERS.value], labels=_ONLINE),
        equal=["deployment"],
    ),
    Inhibition(
        source=AlertsOf(kind=_kinds(AlertKind.DEPLOYMENT_STUCK), severity=_CRITICAL),
        target=AlertsOf(kind=_kinds(AlertKind.COLD_INSTANCES, AlertKind.NOT_OBSERVED)),
        equal=["endpoint", "deployment"],
    ),
    Inhibition(
        source=AlertsOf(kind=_kinds(AlertKind.ENDPOINT_STUCK), severity=_NOTABLE),
        target=AlertsOf(
            kind=_kinds(AlertKind.DEPLOYMENT_STUCK),
            severity=[Severity.WARNING.value, Severity.INFO.value],
        ),
        equal=["endpoint"],
    ),
    Inhibition(
        source=AlertsOf(kind=_kinds(AlertKind.NO_INFERENCE_DATA), severity=_NOTABLE, labels=_WHOLE),
        target=AlertsOf(kind=_kinds(AlertKind.DRIFT), labels=_ONLINE),
    ),
    Inhibition(
        source=AlertsOf(
            kind=_kinds(AlertKind.DATA_STOPPED),
            severity=_NOTABLE,
            labels={"what": "model_inputs", "column": ""},
        ),
        target=AlertsOf(kind=_kinds(AlertKind.DRIFT), labels={**_ONLINE, "of": ""}),
    ),
    Inhibition(
        source=AlertsOf(
            kind=_kinds(AlertKind.DATA_STOPPED),
            severity=_NOTABLE,
            labels={"what": "model_outputs", "column": ""},
        ),
        target=AlertsOf(kind=_kinds(AlertKind.DRIFT), labels={**_ONLINE, "of": "predictions"}),
    ),
    Inhibition(
        source=AlertsOf(
            kind=_kinds(AlertKind.BATCH_FAILED, AlertKind.BATCH_STUCK), severity=_CRITICAL
        ),
        target=AlertsOf(kind=_kinds(AlertKind.BATCH_MISSING)),
        equal=["batch"],
    ),
    Inhibition(
        source=AlertsOf(kind=_kinds(AlertKind.OUTBOX_STUCK), severity=_CRITICAL),
        target=AlertsOf(kind=_kinds(AlertKind.CHECK_SILENT, AlertKind.SOURCE_SILENT)),
    ),
)
"""What cannot serve explains that it is slow, wrong or unseen; rows that stopped explain drift."""
