"""The reference of the HTTP API, made out of its description in OpenAPI."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_INTRODUCTION = """\
# Every route of the API
Made out of what the service tells of itself: `GET /api/v1/openapi.json` (OpenAPI 3.1). Who may \
call, how, and with what token stands in [The API](../api.md).

Faults are `application/problem+json`, with one sentence that names the fix. Besides those named \
below every route may answer {usual}.
"""
_USUAL = ("401", "403", "429", "500", "503", "504")
_SHOWN_LINES = 60


def description() -> Schema:
    """What the API says of itself, made in a folder of its own."""
    from shared.bootstrap import build
    from shared.settings import Settings
    from shared.web.described import openapi_of
    from shared.web.operations import api

    with tempfile.TemporaryDirectory() as home:
        return openapi_of(api(build(Settings(home=Path(home)))))


def reference(told: Schema) -> str:
    """The page: one section a group of routes, one below it a route."""
    faults = {
        status: fault["description"] for status, fault in told["components"]["responses"].items()
    }
    usual = ", ".join(
        f"`{status}` ({_clause(faults[status])})" for status in _USUAL if status in faults
    )
    parts = [_INTRODUCTION.format(usual=usual)]
    group = None
    for method, path, operation in _operations(told):
        [tag] = operation["tags"]
        if tag != group:
            group = tag
            parts.append(f"## {tag[0].upper()}{tag[1:]}")
        parts.append("\n".join(_route(method, path, operation, told)))
    return "\n\n".join(parts) + "\n"


def _operations(told: Schema) -> Iterator[tuple[str, str, Schema]]:
    """In their groups, each where its first route comes."""
    groups: dict[str, list[tuple[str, str, Schema]]] = {}
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    for routes in groups.values():
        yield from routes


def _route(method: str, path: str, operation: Schema, told: Schema) -> Iterator[str]:
    yield f"### {operation['summary']}"
    yield f"`{method} {path}` as `{operation['x-driftgate-role']}`"
    if operation.get("description"):
        yield f"\n{operation['description'].strip()}"
    parameters = operation.get("parameters", [])
    if parameters:
        yield "\n| parameter | in | what | value |\n| --- | --- | --- | --- |"
        for one in parameters:
            value = _value(one["schema"], told)
            must = ", required" if one.get("required") and one["in"] != "path" else ""
            told_of = one.get("description") or "Which one."
            yield f"| `{one['name']}` | {one['in']} | {_cell(told_of)} | {value}{must} |"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        yield from _body(body["schema"], told)
    yield from _answers(operation["responses"], told)


def _body(schema: Schema, told: Schema) -> Iterator[str]:
    schema = _resolved(schema, told)
    required = schema.get("required", [])
    yield "\n| key of the body | what | value | default |\n| --- | --- | --- | --- |"
    for name, one in schema.get("properties", {}).items():
        default = "*required*" if name in required else _default(one)
        what = one.get("description", "")
        yield f"| `{name}` | {_cell(what)} | {_value(one, told)} | {default} |"


def _answers(responses: Schema, told: Schema) -> Iterator[str]:
    others = [status for status in responses if status[0] == "4" and status not in _USUAL]
    if others:
        yield (
            "\nFaults: "
            + "; ".join(
                f"`{status}` {_clause(_fault(responses[status], told)['description'])}"
                for status in others
            )
            + "."
        )
    for status in ("200", "202"):
        answer = responses.get(status)
        if answer is None:
            continue
        kinds = [kind for kind in answer.get("content", {}) if kind != "application/json"]
        also = f" Also as {', '.join(f'`{kind}`' for kind in kinds)}." if kinds else ""
        yield f"\n`{status}`: {answer['description']}{also}"
        example = answer.get("content", {}).get("application/json", {}).get("example")
        if example is not None:
            yield _example(example)


def _example(example: Any) -> str:
    """Folded, and cut where it is long: it shows the form, and the description has it whole."""
    lines = json.dumps(example, indent=2, ensure_ascii=False).splitlines()
    if len(lines) > _SHOWN_LINES:
        left = len(lines) - _SHOWN_LINES
        lines = [*lines[:_SHOWN_LINES], f"… {left} lines more, in the description"]
    shown = "\n".join(lines)
    return (
        '\n<details markdown="1">\n<summary>An answer</summary>\n\n'
        f"```json\n{shown}\n```\n\n</details>"
    )


def _fault(answer: Schema, told: Schema) -> Schema:
    name = answer.get("$ref", "").rsplit("/", 1)[-1]
    found: Schema = told["components"]["responses"][name] if name else answer
    return found


def _resolved(schema: Schema, told: Schema) -> Schema:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: Schema = told["components"]["schemas"][name] if name else schema
    return found


def _value(schema: Schema, told: Schema) -> str:
    arms = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if arms:
        return " or ".join(dict.fromkeys(_value(one, told) for one in arms))
    schema = _resolved(schema, told)
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_value(schema['items'], told)}"
    if kind == "object":
        keys = ", ".join(f"`{key}`" for key in schema.get("properties", {}))
        return f"object with {keys}" if keys else "object"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return words.get(str(kind), str(kind or "anything")) + _bounds(schema)


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    length = schema.get("maxLength")
    if least is not None and most is not None:
        return f", from {least} to {most}"
    return f", {length} characters at most" if length is not None else ""


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "none" if default is None else f"`{json.dumps(default)}`"


def _clause(sentence: str) -> str:
    text = sentence.rstrip(".")
    return text if text.startswith("Driftgate") else text[0].lower() + text[1:]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
