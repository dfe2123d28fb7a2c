"""The reference of policy files and of the fleet's file, made out of their classes."""

import dataclasses
import types
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from documentation.bounds import parted
from shared.domain.alert import AlertKind, Severity
from shared.domain.policy import Fleet, Policy
from shared.policies.durations import write_duration
from shared.policies.key_texts import key_texts

_INTRODUCTION = {
    Policy: """\
# Every key of a policy
A policy is one YAML file a model, in `$DRIFTGATE_HOME/policies` or in the container `policies`. \
`model` alone makes a valid one; a key that is left out has its default. A key that is not known \
is refused with the one that was meant, and so is a value out of bounds.

[How to write one](../how-to/write-a-policy.md) begins with three lines. An editor completes and \
checks keys with `samples/policy.schema.json`; `driftgate policy check FILE` says what is wrong.
""",
    Fleet: """\
# Every key of fleet.yaml
The fleet's file is `fleet.yaml` beside the policies: who is told of alerts and how, what \
retrainings may cost, what is kept. [Alerts](../alerts.md) explains how a notice comes about, \
[Channels](../channels.md) what each way to people needs.

An editor completes and checks keys with `samples/fleet.schema.json`; `driftgate policy lint \
FOLDER` looks through it together with the policies.
""",
}
_FORMS = """
A *duration* is written `30s`, `30m`, `24h`, `7d`, or as ISO 8601 (`PT30M`), and is above zero. A \
*time* is written `2026-12-24T18:00Z`; without a zone it is UTC. *Required* means that the key has \
no default, *none* that nothing is set.
"""
_WORDS: dict[str, type[Enum]] = {"kind": AlertKind, "severity": Severity}
_SCALARS = {
    timedelta: "duration",
    datetime: "time",
    float: "number",
    int: "whole number",
    bool: "true or false",
    str: "text",
}


def reference_of(kind: type) -> str:
    """The page of one file: a table for the file and for each key that has keys below it."""
    sections = sections_of(kind, "", {kind: ""})
    parts = [_INTRODUCTION[kind] + _FORMS]
    for below, path in sections.items():
        depth = 2 + path.replace(".NAME", "").count(".")
        title = f"{'#' * depth} `{path}`" if path else "## The file"
        parts.append(f"{title}\n{_text(below)}\n\n{_table(below, sections)}\n")
    return "\n".join(parts)


def sections_of(kind: type, path: str, taken: dict[type, str]) -> dict[type, str]:
    """Each class once, with the keys that lead to it by the shortest way, in the order of keys."""
    found, hints = {kind: path}, get_type_hints(kind)
    below: dict[type, str] = {}
    for field in dataclasses.fields(kind):
        name = field.name.rstrip("_")
        one, many = _class_in(hints[field.name])
        if one is not None and one not in taken:
            taken[one] = below[one] = f"{path}.{name}{many}" if path else f"{name}{many}"
    for one, its_path in below.items():
        found |= sections_of(one, its_path, taken)
    return found


def _class_in(hint: Any) -> tuple[type | None, str]:
    """The class that a hint is of, and how its path is written: `[]` for a list, `.NAME`."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint, ""
    many = {list: "[]", dict: ".NAME"}.get(get_origin(hint), "")
    for argument in get_args(hint):
        below, _ = _class_in(argument)
        if below is not None:
            return below, many
    return None, ""


def _text(kind: type) -> str:
    lines = (kind.__doc__ or "").split("\n\n")
    text = "\n".join(" ".join(part.split()) for part in lines if part.strip())
    short = getattr(kind, "SHORT", None)
    return f"{text}\nWritten as a single value, it is `{short}`." if short else text


def _table(kind: type, sections: dict[type, str]) -> str:
    hints, texts = get_type_hints(kind), key_texts(kind)
    rows = ["| key | what | value | default |", "| --- | --- | --- | --- |"]
    for field in dataclasses.fields(kind):
        name = field.name.rstrip("_")
        if field.name not in texts:
            raise ValueError(
                f"{kind.__name__}.{field.name} has no text below it; write what it is for."
            )
        text, bounds, _ = parted(texts[field.name])
        value = _value(name, hints[field.name], sections)
        cells = (f"`{name}`", text, f"{value}, {bounds}" if bounds else value, _default(field))
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows)


def _value(name: str, hint: Any, sections: dict[type, str]) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _value(name, next(one for one in arguments if one is not type(None)), sections)
    if origin is list:
        return f"list of {_value(name, arguments[0], sections)}"
    if origin is dict:
        return f"names with {_value('', arguments[1], sections)}"
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        path = sections.get(hint) or ""
        return f"[keys](#{anchor(path)})"
    words = _WORDS.get(name) if hint is str else None
    if words is AlertKind:
        return "[kind of alert](../glossary.md#kinds-of-alerts)"
    enum = words or (hint if isinstance(hint, type) and issubclass(hint, Enum) else None)
    if enum is not None:
        return ", ".join(f"`{member.value}`" for member in enum)
    return _SCALARS[hint]


def anchor(path: str) -> str:
    """What a heading's anchor is called, here and on the code host.

    >>> anchor("stages[].pipeline")
    'stagespipeline'
    """
    return "".join(sign for sign in path.lower() if sign.isalnum() or sign in "_-")


def _default(field: "dataclasses.Field[Any]") -> str:
    default = field.default
    if default is dataclasses.MISSING:
        if field.default_factory is dataclasses.MISSING:
            return "*required*"
        made = field.default_factory()
        if dataclasses.is_dataclass(made):
            return "its defaults"
        return f"`{_listed(made)}`" if made else "none"
    if default is None:
        return "none"
    if isinstance(default, timedelta):
        return f"`{write_duration(default)}`" if default else "at once"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default.value if isinstance(default, Enum) else _listed(default)}`"


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_listed(one) for one in value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
