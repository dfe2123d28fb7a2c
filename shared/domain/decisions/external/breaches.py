"""One breached metric of a monitor's signal in words, with the side that counts as a breach.

Source: Azure/azureml-assets, model_monitor_evaluate_metrics_threshold.
"""

from collections.abc import Mapping
from typing import Any

from shared.domain.wording import spell_number

_BREACH_BELOW = {
    "twosamplekolmogorovsmirnovtest",
    "pearsonschisquaredtest",
    "normalizeddiscountedcumulativegain",
}
_UNCERTAIN = {"accuracy", "precision", "recall"}
_GOOD_WHEN_HIGH = ("passrate", "average")


def breach_line(breach: Mapping[str, Any]) -> str:
    """Metric, feature, value, threshold and direction; what contradicts itself is said."""
    name = str(breach.get("metric") or "an unnamed metric")
    value, threshold = _number(breach.get("value")), _number(breach.get("threshold"))
    whole = f"{name} of {breach.get('group') or 'the whole signal'} is {spell_number(value)}"
    if value is None or threshold is None or value == threshold:
        return f"{whole}, threshold {spell_number(threshold)}"
    side = "above" if value > threshold else "below"
    line = f"{whole}, {side} its threshold {spell_number(threshold)}"
    if name.casefold() in _UNCERTAIN:
        return f"{line} (versions of the monitor differ in which side is the breach)"
    if side != _side_of_breach(name):
        return f"{line}, which is its good side (old versions of the monitor list every metric)"
    return line


def _side_of_breach(metric: str) -> str:
    """The lower for p values, gains, pass rates and average scores; else the upper."""
    name = metric.casefold()
    if name in _BREACH_BELOW or any(part in name for part in _GOOD_WHEN_HIGH):
        return "below"
    return "above"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
