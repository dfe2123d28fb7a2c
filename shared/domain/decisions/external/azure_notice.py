"""An alert of Azure Monitor as a person reads it, out of the common alert schema."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import content_hash
from shared.domain.event import Event
from shared.domain.evidence import AlertTarget
from shared.domain.wording import spell_duration, spell_list, spell_number, spell_time

METRIC_LASTS = timedelta(days=7)
OTHERS_LAST = timedelta(days=1)
_SEVERITIES = {
    "sev0": Severity.CRITICAL,
    "sev1": Severity.CRITICAL,
    "sev2": Severity.WARNING,
    "sev3": Severity.INFO,
    "sev4": Severity.INFO,
}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST = 200


def azure_alert(event: Event, target: AlertTarget) -> Alert:
    """Rule, condition with its numbers, targets, whom it concerns and how it will end."""
    data = event.data
    rule = str(data.get("rule") or event.name)
    conditions = [dict(one) for one in data.get("conditions") or []]
    told = [condition_line(one) for one in conditions]
    return Alert(
        kind=AlertKind.AZURE_ALERT,
        subject=event.subject,
        severity=_SEVERITIES.get(str(data.get("severity")).casefold(), Severity.WARNING),
        title=f"{rule}: {told[0]}" if told else f"Azure Monitor's rule {rule} fired",
        text=" ".join(filter(None, (_what(event, rule, told), _whom(target), _end(data)))),
        first_step=(
            f"Open it in the portal, Monitor, Alerts, rule {rule}"
            + (
                f"; what is known here: driftgate status {target.endpoint}"
                if target.endpoint
                else ""
            )
        ),
        since=event.time,
        labels=_labels(rule, conditions, target),
    )


def lasts_of(data: Mapping[str, Any]) -> timedelta:
    """How long an alert stands that Azure neither resolves nor tells again.

    Azure resolves metric alerts, unless their rule says not to or the message is lost. Alerts on
    logs and activities need never be resolved; while their condition holds they fire again.
    """
    return METRIC_LASTS if data.get("signal") == "Metric" else OTHERS_LAST


def condition_line(condition: Mapping[str, Any]) -> str:
    """A condition in words: `Percentage CPU (average) is 30.2, greater than 25`."""
    metric = str(condition.get("metric") or "the search's result")
    how = condition.get("aggregation")
    line = f"{metric}{f' ({_words(how)})' if how else ''} is {spell_number(condition.get('value'))}"
    if condition.get("threshold") is not None:
        operator = _words(condition.get("operator") or "against")
        line = f"{line}, {operator} {spell_number(condition['threshold'])}"
    split = [f"{name} {value}" for name, value in (condition.get("dimensions") or {}).items()]
    return f"{line} ({spell_list(split)})" if split else line


def _words(name: object) -> str:
    return _HUMP.sub(" ", str(name)).lower()


def _what(event: Event, rule: str, told: list[str]) -> str:
    data = event.data
    named = [str(one).rpartition("/")[2] for one in data.get("targets") or []]
    kind = " ".join(str(data[key]) for key in ("signal", "severity") if data.get(key))
    window = f" over {data['window']}" if data.get("window") else ""
    conditions = f" {'; '.join(told)}{window}." if told else ""
    about = f" about {spell_list(named)}" if named else ""
    description = f" Its rule says: {data['description']}" if data.get("description") else ""
    return (
        f"Azure Monitor's rule {rule}{f' ({kind})' if kind else ''} fired{about} at "
        f"{spell_time(event.time)}.{conditions}{description}"
    )


def _whom(target: AlertTarget) -> str:
    if target.problem is not None:
        return f"Which endpoint it is about could not be looked up: {target.problem}"
    if target.endpoint is None:
        return ""
    deployment = f", deployment {target.deployment}" if target.deployment else ""
    serves = f", which the policy of {target.model} speaks of" if target.model else ""
    owner = f" Owner: {target.owner}." if target.owner else ""
    return f"It is about endpoint {target.endpoint}{deployment}{serves}.{owner}"


def _end(data: Mapping[str, Any]) -> str:
    return (
        "A rule compares a number with its threshold and gives no interval. It is over when Azure "
        f"says so; if Azure does not, {spell_duration(lasts_of(data))} after it was last told."
    )


def _labels(rule: str, conditions: list[dict[str, Any]], target: AlertTarget) -> dict[str, str]:
    """What tells one alert of a rule from the others: the series it split into, the endpoint."""
    split = sorted(
        f"{name}={value}"
        for condition in conditions
        for name, value in (condition.get("dimensions") or {}).items()
    )
    series = ", ".join(dict.fromkeys(split))
    if len(series) > _MOST:
        series = f"{series[:_MOST]} {content_hash(series)[:8]}"
    labels = {
        "rule": rule,
        "series": series,
        "endpoint": target.endpoint,
        "deployment": target.deployment,
        "model": target.model,
    }
    return {name: value for name, value in labels.items() if value}
