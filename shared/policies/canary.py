"""One canary file into a CanaryConfig, refusing every fault in one sentence that names the key."""

from shared.errors import InvalidData, InvalidPolicy
from shared.policies.reading import read_mapping, read_value
from shared.statistics.canary import CanaryConfig
from shared.statistics.canary.config import check_config


def read_canary(content: bytes, file: str) -> CanaryConfig:
    """Read the YAML of a canary: metrics, groups, thresholds and the judge's settings.

    Raises InvalidPolicy naming the file, the key and the fix: unknown keys are never ignored.
    """
    plain = read_mapping(content, file, "metrics")
    try:
        plain = {**plain, "metrics": _with_defaults(plain.get("metrics", {}))}
        config: CanaryConfig = read_value(CanaryConfig, plain, "")
        check_config(config)
    except (ValueError, InvalidData) as problem:
        raise InvalidPolicy(f"{file}: {str(problem).rstrip('.')}.") from problem
    return config


def _with_defaults(metrics: object) -> object:
    """A metric named without anything else has every default."""
    if not isinstance(metrics, dict):
        return metrics
    return {name: {} if metric is None else metric for name, metric in metrics.items()}
