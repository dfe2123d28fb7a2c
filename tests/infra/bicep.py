"""The Bicep files as trees, and what Microsoft's types say against them.

There is no Bicep compiler in the package registries, so this stands in for a part of it: property
names, enums, required and read-only properties, plain types and api-versions.
"""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pycep

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))
TESTDATA = Path(__file__).parent / "testdata"
TYPES: dict[str, Any] = {
    **json.loads((TESTDATA / "bicep_types.json").read_text()),
    **json.loads((TESTDATA / "other_types.json").read_text()),
}
ONLY_EXISTING = {
    "Microsoft.CognitiveServices/accounts@2024-10-01",
    "Microsoft.MachineLearningServices/workspaces@2024-10-01",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints@2024-10-01",
    "Microsoft.MachineLearningServices/registries@2024-10-01",
}
_OF_BICEP = {"parent", "scope", "dependsOn", "depends_on"}
_PLAIN = {"string": str, "boolean": bool, "integer": int}


def parsed(text: str) -> dict[str, Any]:
    """The tree, parsed once a process. Raises lark's errors for what is no Bicep."""
    return deepcopy(_parsed(text))


@cache
def _parser() -> pycep.BicepParser:
    return pycep.BicepParser()


@cache
def _parsed(text: str) -> dict[str, Any]:
    tree: dict[str, Any] = _parser().parse(text=text)
    return tree


def config(block: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's or module's own properties, out of its condition or loop."""
    inner: dict[str, Any] = block["config"]
    while "config" in inner and "condition" in inner:
        inner = inner["config"]
    return inner


def resources(tree: Mapping[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """The configurations of the resources of a type that are made here."""
    for block in tree.get("resources", {}).values():
        if block["type"] == kind and not block["existing"]:
            yield config(block)


def app_settings() -> dict[str, Any]:
    """Those of the app that are written out; the receivers' secrets are joined to them by name."""
    tree = parsed((INFRA / "modules" / "app.bicep").read_text())
    [settings] = resources(tree, "Microsoft.Web/sites/config")
    joined = settings["properties"]["function"]
    assert joined["type"] == "union"
    assert joined["parameters"]["arg_2"] == "channelSecrets"
    written: dict[str, Any] = joined["parameters"]["arg_1"]
    return written


def is_expression(value: object) -> bool:
    """Whether the value is computed, so that only the deployment knows it."""
    return isinstance(value, dict) and bool({"function", "operator"} & value.keys())


def problems(text: str) -> list[str]:
    """One sentence for each thing that Microsoft's types do not know or do not allow."""
    tree = parsed(text)
    names = set(tree.get("parameters", {})) | set(tree.get("variables", {}))
    found: list[str] = []
    for symbol, block in tree.get("resources", {}).items():
        kind = f"{block['type']}@{block['api_version']}"
        if block["existing"]:
            if kind not in TYPES and kind not in ONLY_EXISTING:
                found.append(f"{symbol}: the type {kind} is not known")
            continue
        if kind not in TYPES:
            found.append(f"{symbol}: the type {kind} is not known")
            continue
        own = {name: value for name, value in config(block).items() if name not in _OF_BICEP}
        loop = block["config"].get("loop_type", {}).get("detail", {})
        found += _object(own, TYPES[kind], symbol, names | {str(name) for name in loop.values()})
    return found


def _value(value: Any, shape: Mapping[str, Any], path: str, names: set[str]) -> Iterator[str]:
    if value is None or is_expression(value) or _is_name(value, names):
        return
    if "array" in shape:
        if not isinstance(value, list):
            yield f"{path}: has to be an array"
            return
        for index, one in enumerate(value):
            yield from _value(one, shape["array"], f"{path}[{index}]", names)
    elif "props" in shape or "of" in shape:
        if isinstance(value, dict):
            yield from _object(value, shape, path, names)
        else:
            yield f"{path}: has to be an object"
    elif "enum" in shape:
        if value not in shape["enum"] and "${" not in str(value):
            yield f"{path}: {value!r} is none of {', '.join(shape['enum'])}"
    elif "type" in shape and type(value) is not _PLAIN[shape["type"]]:
        yield f"{path}: has to be a {shape['type']}"


def _is_name(value: Any, names: set[str]) -> bool:
    """pycep does not tell the string 'x' from the identifier x; a declared name is taken as one."""
    return isinstance(value, str) and value in names


def _object(
    value: Mapping[str, Any], shape: Mapping[str, Any], path: str, names: set[str]
) -> Iterator[str]:
    plain = {key.strip("'"): one for key, one in value.items()}
    known = dict(shape.get("props", {}))
    if "of" in shape:
        chosen = plain.get(shape["disc"])
        if chosen not in shape["of"]:
            yield f"{path}.{shape['disc']}: {chosen!r} is none of {', '.join(shape['of'])}"
            return
        known = {**shape["base"], **shape["of"][chosen].get("props", {})}
    for key, one in plain.items():
        if key not in known:
            if not shape.get("map"):
                yield f"{path}.{key}: there is no such property"
        elif known[key].get("ro"):
            yield f"{path}.{key}: is read-only"
        else:
            yield from _value(one, known[key], f"{path}.{key}", names)
    for key, one in known.items():
        if one.get("req") and key not in plain:
            yield f"{path}.{key}: is missing"


def without_comments(text: str) -> str:
    """The text without comments; a `//` inside a string stays."""
    return re.sub(r"('(?:[^'\\\n]|\\.)*')|//[^\n]*", lambda found: found[1] or "", text)


def used_names(text: str) -> set[str]:
    """Identifiers that stand as values, those inside `${...}` of strings too."""
    code = without_comments(text)
    inside = " ".join(re.findall(r"\$\{([^}]*)\}", code))
    code = re.sub(r"'(?:[^'\\\n]|\\.)*'", "''", code) + "\n" + re.sub(r"'[^']*'", "''", inside)
    code = re.sub(
        r"^\s*(@.*|targetScope.*|(param|output|var|resource|module) \w+)", "", code, flags=re.M
    )
    return set(re.findall(r"(?<![\w.])([A-Za-z_]\w*)\b(?!\s*[:(\w])", code))
