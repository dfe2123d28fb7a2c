"""An alert's values by field, for whatever matches alerts: routes, silences, inhibitions."""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase

from shared.domain.alert import Alert


def values_of(alert: Alert, scope: str) -> dict[str, str]:
    """Its labels, and over them `kind`, `severity`, `subject`, `model` and `fingerprint`.

    The model is what its scope is named after, whatever a label of that name says.
    """
    return {
        **alert.labels,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "subject": alert.subject,
        "model": scope,
        "fingerprint": alert.fingerprint,
    }


def fits(
    values: Mapping[str, str],
    *,
    kind: Collection[str],
    severity: Collection[str],
    labels: Mapping[str, str],
) -> bool:
    """Whether an alert is one of these; empty is any. Labels are patterns with `*` and `?`."""
    return (
        (not kind or values["kind"] in kind)
        and (not severity or values["severity"] in severity)
        and all(fnmatchcase(values.get(name, ""), pattern) for name, pattern in labels.items())
    )
