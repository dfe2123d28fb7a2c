"""One policy file into a Policy, refusing every fault in one sentence that names the key."""

import dataclasses
import math
import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from shared.domain.alert import Severity
from shared.domain.policy import Bound, KpiPolicy, Policy
from shared.errors import InvalidPolicy
from shared.policies.durations import parse_duration
from shared.policies.kpi_checks import source_problems
from shared.policies.rollout_checks import rollout_problems


def read_policy(content: bytes, file: str) -> Policy:
    """Read a YAML policy.

    Raises InvalidPolicy naming the file, the key and the fix: unknown keys are never ignored.
    """
    plain = read_mapping(content, file, "model")
    try:
        policy: Policy = read_value(Policy, plain, "")
    except ValueError as problem:
        raise InvalidPolicy(f"{file}: {problem}.") from problem
    _check(policy, file)
    return policy


def read_mapping(content: bytes, file: str, first: str) -> dict[str, Any]:
    """Read YAML that is a mapping; `first` is the key such a file begins with.

    Raises InvalidPolicy naming the file.
    """
    import yaml

    try:
        plain = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as problem:
        why = " ".join(str(problem).split())
        raise InvalidPolicy(f"{file} is not YAML: {why}") from problem
    if not isinstance(plain, dict):
        raise InvalidPolicy(f"{file} must be a mapping that begins with `{first}:`.")
    return plain


def read_value(kind: Any, value: object, path: str) -> Any:
    """Turn a YAML value into the annotated kind, or raise ValueError with the key's path.

    A field that ends in an underscore, since Python keeps the word, is a key without it. A class
    with a SHORT field may be written as that field's value alone.
    """
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _read_fields(kind, value, path)
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        if value is None and type(None) in get_args(kind):
            return None
        return read_value(next(arm for arm in get_args(kind) if arm is not type(None)), value, path)
    if origin is list:
        if not isinstance(value, list):
            raise ValueError(f"{path} must be a list")
        item = get_args(kind)[0]
        return [read_value(item, entry, f"{path}[{index}]") for index, entry in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{path} must be a mapping")
        item = get_args(kind)[1]
        return {str(key): read_value(item, entry, f"{path}.{key}") for key, entry in value.items()}
    return _read_scalar(kind, value, path)


def _read_fields(kind: type, value: object, path: str) -> Any:
    short = getattr(kind, "SHORT", None)
    if short is not None and not isinstance(value, Mapping | list) and value is not None:
        value = {short: value}
    if not isinstance(value, Mapping):
        raise ValueError(f"{path or 'the file'} must be a mapping of keys to values")
    names = {field.name.rstrip("_"): field.name for field in dataclasses.fields(kind)}
    annotated = get_type_hints(kind)
    hints = {key: annotated[name] for key, name in names.items()}
    arguments = {}
    for key, entry in value.items():
        where = f"{path}.{key}" if path else str(key)
        if key not in hints:
            close = get_close_matches(str(key), hints, n=1)
            hint = f"write {close[0]}" if close else f"known are {', '.join(hints)}"
            raise ValueError(f"{where} is not a known key; {hint}")
        arguments[names[str(key)]] = read_value(hints[key], entry, where)
    for field in dataclasses.fields(kind):
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if required and field.name not in arguments:
            raise ValueError(f"{path + '.' if path else ''}{field.name} is missing; set it")
    return kind(**arguments)


def _read_scalar(kind: Any, value: object, path: str) -> Any:
    if kind is timedelta:
        return _read_duration(value, path)
    if kind is datetime:
        return _read_time(value, path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        allowed_values = [str(member.value) for member in kind]
        word = "off" if value is False else value
        if word in allowed_values:
            return kind(word)
        allowed = ", ".join(allowed_values)
        raise ValueError(f"{path} is {value!r}; choose one of {allowed}")
    if kind is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise ValueError(f"{path} is {value!r}; give a number")
        return float(value)
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{path} is {value!r}; give a whole number")
        return value
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{path} is {value!r}; write true or false")
        return value
    if isinstance(value, bool | dict | list) or value is None:
        raise ValueError(f"{path} is {value!r}; give text")
    return str(value)


def _read_duration(value: object, path: str) -> timedelta:
    if not isinstance(value, str):
        raise ValueError(f"{path} is {value!r}; write a duration such as 30m, 24h or 7d")
    try:
        return parse_duration(value)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from problem


def _read_time(value: object, path: str) -> datetime:
    """YAML reads a time by itself when it is written as one; without a zone it is UTC."""
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as problem:
        raise ValueError(
            f"{path} is {value!r}; write a time such as 2026-12-24T18:00Z"
        ) from problem
    return time.astimezone(UTC) if time.tzinfo is not None else time.replace(tzinfo=UTC)


def _check(policy: Policy, file: str) -> None:
    """What types cannot say: ranges, and names that may occur once."""
    problems = [
        *_range_problems(policy),
        *_severity_problems(policy),
        *(
            f"gates.metrics.{name} has min {bound.min:g} above max {bound.max:g}"
            for name, bound in policy.gates.bounds().items()
            if _crossed(bound)
        ),
    ]
    problems += [problem for kpi in policy.kpis for problem in source_problems(kpi)]
    names = [kpi.name for kpi in policy.kpis]
    problems += [f"kpis name {n} twice" for n in sorted({n for n in names if names.count(n) > 1})]
    problems += _batch_problems(policy)
    problems += rollout_problems(policy)
    if not policy.model.strip():
        problems.append("model is empty; give the registered model's name")
    if problems:
        raise InvalidPolicy(f"{file}: {problems[0]}.")


def _crossed(bound: Bound) -> bool:
    return bound.min is not None and bound.max is not None and bound.min > bound.max


def _range_problems(policy: Policy) -> list[str]:
    drift = policy.drift
    above_zero = {
        "drift.limit": drift.limit,
        "drift.false_alarms_a_year": drift.false_alarms_a_year,
        **{f"drift.importance.{name}": weight for name, weight in drift.importance.items()},
        **{f"drift.limits.{name}": limit for name, limit in drift.limits.items()},
        **{f"kpis.{kpi.name}.limit": kpi.limit for kpi in policy.kpis},
    }
    confidences = {
        "drift.confidence": drift.confidence,
        "health.confidence": policy.health.confidence,
        **{f"kpis.{kpi.name}.confidence": kpi.confidence for kpi in policy.kpis},
    }
    return [
        *(
            f"{key} is {value:g}; give a number above 0"
            for key, value in above_zero.items()
            if not value > 0
        ),
        *(
            f"{key} is {value:g}; give a number between 0 and 1, such as 0.95"
            for key, value in confidences.items()
            if not 0 < value < 1
        ),
        *_watch_problems(policy),
        *_health_problems(policy),
        *(_history_problem(kpi) for kpi in policy.kpis if kpi.history < timedelta(days=7)),
    ]


def _watch_problems(policy: Policy) -> list[str]:
    drift = policy.drift
    problems = []
    if not 0.0 <= drift.tolerance < 1.0:
        problems.append(
            f"drift.tolerance is {drift.tolerance:g}; give standard deviations from 0 to below 1"
        )
    if not 1 <= drift.persistence.failing <= drift.persistence.of:
        problems.append(
            f"drift.persistence asks for {drift.persistence.failing} of {drift.persistence.of} "
            "windows; failing may be 1 up to of"
        )
    if drift.every < timedelta(minutes=1):
        problems.append("drift.every is below a minute; give 1h, 1d or the like")
    return problems


def _health_problems(policy: Policy) -> list[str]:
    health = policy.health
    problems = []
    if not 0.0 < health.max_error_rate < 1.0:
        problems.append(
            f"health.max_error_rate is {health.max_error_rate:g}; give a share between 0 and 1, "
            "such as 0.01"
        )
    problems += [
        f"health.{key} is {value:g}; give per cent between 0 and 100"
        for key, value in (("percentile", health.percentile), ("max_load", health.max_load))
        if not 0.0 < value < 100.0
    ]
    if not timedelta(minutes=10) <= health.window <= timedelta(days=7):
        problems.append("health.window is not from 10m to 7d; give 1h or the like")
    return problems


def _batch_problems(policy: Policy) -> list[str]:
    names = [batch.endpoint for batch in policy.batch]
    return [
        *(f"batch names {name} twice" for name in sorted({n for n in names if names.count(n) > 1})),
        *(
            f"batch.{batch.endpoint}.every is below a minute; give 1h, 1d or the like"
            for batch in policy.batch
            if batch.every < timedelta(minutes=1)
        ),
        *(
            f"batch.{batch.endpoint}.learn_from is set without outputs; name what it writes"
            for batch in policy.batch
            if batch.learn_from is not None and batch.outputs is None
        ),
    ]


def _history_problem(kpi: KpiPolicy) -> str:
    return (
        f"kpis.{kpi.name}.history is shorter than 7d, so no baseline can be made; give 7d or more"
    )


def _severity_problems(policy: Policy) -> list[str]:
    severities = {
        "routing.severity": policy.routing.severity,
        "health.severity": policy.health.severity,
        "collection.severity": policy.collection.severity,
        **{f"kpis.{kpi.name}.severity": kpi.severity for kpi in policy.kpis},
        **{f"batch.{batch.endpoint}.severity": batch.severity for batch in policy.batch},
    }
    allowed = [severity.value for severity in Severity]
    return [
        f"{key} is {value!r}; choose one of {', '.join(allowed)}"
        for key, value in severities.items()
        if value not in allowed
    ]
