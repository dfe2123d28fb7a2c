"""The references of policies and of the fleet's file state the bounds that the reader keeps to."""

import dataclasses
import types
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
import yaml

from documentation.bounds import parted
from documentation.policy_reference import sections_of
from shared.domain.policy import Fleet, Policy
from shared.errors import InvalidPolicy
from shared.policies import read_policy
from shared.policies.durations import parse_duration
from shared.policies.fleet import read_fleet
from shared.policies.key_texts import key_texts

TRIED: dict[type, tuple[Any, ...]] = {
    int: (-1, 0, 1, 2, 3, 1000),
    float: (-1.0, 0.0, 0.001, 0.5, 1.0, 7.0, 50.0, 60.0, 99.0, 100.0, 200.0),
    timedelta: ("1s", "9s", "10s", "59s", "1m", "10m", "59m", "1h", "1d", "7d", "8d", "2000d"),
}
BESIDE: dict[str, dict[str, Any]] = {
    "stages[]": {"name": "production", "pipeline": {"workflow": "owner/repository/deploy.yml"}},
    "stages[].pipeline": {"workflow": "owner/repository/deploy.yml"},
    "stages[].pipeline.number": {"workflow": None},
    "stages[].approvals": {"needed": 0},
    "gates.canary.window": {"every": "1m"},
    "gates.canary.every": {"window": "3000d"},
    "drift.persistence.failing": {"of": 5000},
    "drift.persistence.of": {"failing": 1},
    "kpis[]": {"name": "conversions"},
    "kpis[].table": {"data": "conversions"},
    "batch[]": {"endpoint": "nightly"},
    "retraining.causes": {"within": "1d"},
    "receivers[]": {"name": "team", "channel": "log"},
    "retention.decisions": {"evidence": "7d"},
}
"""What has to stand beside a key, or in place of what stands there, for it to be judged alone."""
NO_RANGE = {("kpis[].metric", "every")}
"""A bucket of Azure's is one of eight lengths, which the key's text names."""
LONGER_THAN_ITS_WINDOW = {("kpis[].table", "every", span) for span in ("7d", "8d", "2000d")}


def cases() -> Iterator[Any]:
    for root in (Policy, Fleet):
        for kind, path in sections_of(root, "", {root: ""}).items():
            for key, hint in get_type_hints(kind).items():
                scalar = hint
                if get_origin(hint) in {Union, types.UnionType}:
                    scalar = next(one for one in get_args(hint) if one is not types.NoneType)
                own = key in {field.name for field in dataclasses.fields(kind)}
                if own and scalar in TRIED and (path, key) not in NO_RANGE:
                    _, words, ends = parted(key_texts(kind)[key])
                    yield pytest.param(root, path, key, scalar, ends, id=f"{path}.{key} {words}")


def value_of(kind: type, text: Any) -> Any:
    return parse_duration(text) if kind is timedelta else kind(text)


def within(value: Any, kind: type, ends: dict[str, str]) -> bool:
    checks = {
        "above": lambda end: value > end,
        "below": lambda end: value < end,
        "least": lambda end: value >= end,
        "most": lambda end: value <= end,
    }
    zero = "0d" if kind is timedelta else "0"
    return all(
        checks[name](timedelta() if end == zero and kind is timedelta else value_of(kind, end))
        for name, end in ends.items()
    )


def written(path: str, key: str, value: Any) -> dict[str, Any]:
    """A file in which the key has the value, and everything around it is as it has to be."""
    inner = {**BESIDE.get(path, {}), **BESIDE.get(f"{path}.{key}", {}), key: value}
    inner = {name: one for name, one in inner.items() if one is not None}
    parts = path.split(".") if path else []
    for depth in range(len(parts), 0, -1):
        name, outer = parts[depth - 1], ".".join(parts[: depth - 1])
        if name == "NAME":
            inner = {"any": inner}
            continue
        below = [inner] if name.endswith("[]") else inner
        inner = {**BESIDE.get(outer, {}), name.removesuffix("[]"): below}
    return inner


@pytest.mark.parametrize(("root", "path", "key", "kind", "ends"), list(cases()))
def test_a_key_takes_what_lies_in_its_stated_bounds_and_nothing_else(root, path, key, kind, ends):
    for value in TRIED[kind]:
        if (path, key, value) in LONGER_THAN_ITS_WINDOW:
            continue
        plain = written(path, key, value)
        content = yaml.safe_dump({"model": "loan"} | plain if root is Policy else plain).encode()
        try:
            (read_policy if root is Policy else read_fleet)(content, "file.yaml")
            taken = True
        except InvalidPolicy as problem:
            taken = False
            sentence = str(problem)
        wanted = within(value_of(kind, value), kind, ends)
        assert taken == wanted, f"{value}: {'taken' if taken else sentence}"
