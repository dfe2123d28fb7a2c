"""YAML as people write it: not large, each key once, and nothing that unfolds without end."""

from typing import Any

import yaml

from shared.errors import InvalidPolicy

MOST_FILE = 262_144
MOST_PARTS = 100_000
_MERGED = "tag:yaml.org,2002:merge"
_UNREADABLE = (
    yaml.YAMLError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    ValueError,
)
"""What the library raises: beside its own, of dates that are none, and of wrong tags."""


def read_yaml(content: bytes, file: str) -> Any:
    """The file's value. Raises InvalidPolicy naming the file."""
    if len(content) > MOST_FILE:
        raise InvalidPolicy(
            f"{file} has {len(content)} bytes; keep it below {MOST_FILE}, since it is read often."
        )
    try:
        return _read(content, file)
    except _UNREADABLE as problem:
        why = _why(problem) or " ".join(str(problem).split())
        raise InvalidPolicy(f"{file} is not YAML: {why}") from problem


def _why(problem: Exception) -> str:
    """Where and what, without the library's excerpt of the file; empty if it names no place."""
    if not isinstance(problem, yaml.MarkedYAMLError) or problem.problem_mark is None:
        return ""
    place, begun = problem.problem_mark, problem.context_mark
    where = f"line {place.line + 1}, column {place.column + 1}"
    if "'\\t'" in str(problem.problem):
        return f"{where} has a tab; indent with blanks."
    within = "" if begun is None else f", within what begins in line {begun.line + 1}"
    return f"{where}: {problem.problem}{within}."


def _read(content: bytes, file: str) -> Any:
    loader = yaml.SafeLoader(content)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _check(node, file, {})
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _check(node: yaml.Node, file: str, known: dict[int, int | None]) -> int:
    """How many parts a node has when all that it refers to is written out."""
    if id(node) in known:
        parts = known[id(node)]
        if parts is None:
            raise InvalidPolicy(f"{file} has an anchor that contains itself; write it out.")
        return parts
    known[id(node)] = None
    below: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode):
        below = node.value
    if isinstance(node, yaml.MappingNode):
        _check_keys(node, file)
        below = [one for pair in node.value for one in pair]
    parts = 1 + sum(_check(one, file, known) for one in below)
    if parts > MOST_PARTS:
        raise InvalidPolicy(
            f"{file} has more than {MOST_PARTS} parts with all that its anchors repeat; write less."
        )
    known[id(node)] = parts
    return parts


def _check_keys(node: yaml.MappingNode, file: str) -> None:
    """Of two keys of one name YAML would keep the last and say nothing."""
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGED:
            continue
        if key.value in seen:
            line = key.start_mark.line + 1
            raise InvalidPolicy(
                f"{file} has the key {key.value[:80]!r} twice, again in line {line}; keep one."
            )
        seen.add(key.value)
