"""Whatever a process keeps in memory for later is in a table of docs/capacity.md, with a bound."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "capacity.md"
NOT_IN_A_PROCESS_OF_THE_SERVICE = ("cli", "scenarios")
OF_ONE_QUESTION = (
    "domain",
    "profiles",
    "statistics",
    "service/erasing",
    "service/explaining",
    "service/past",
    "service/promotion_story",
    "service/reactions",
    "service/replaying",
    "service/retention",
    "service/smoke",
    "service/verifying",
    "service/whatif",
)
"""Their objects are made for one event, request or command and go with it; caches count anyway."""
_CACHES = {"cache", "lru_cache", "cached"}
_HOLDS = {
    "dict",
    "list",
    "set",
    "OrderedDict",
    "defaultdict",
    "deque",
    "Counter",
    "Recent",
    "WeakKeyDictionary",
}
_GROWS = {"add", "append", "extend", "insert", "setdefault", "update"}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("shared", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT / folder).as_posix()
            if not place.startswith(NOT_IN_A_PROCESS_OF_THE_SERVICE):
                yield place, ast.parse(path.read_text(encoding="utf-8"))


def kept() -> set[str]:
    found = set()
    for place, tree in trees():
        stem = place.removesuffix(".py").rpartition("/")[2]
        names = set(cached(tree))
        if not place.startswith(OF_ONE_QUESTION):
            names |= {*written_to(tree), *attributes(tree)}
        found |= {f"{stem}.{name}" for name in names}
    return found


def cached(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(
            name_of(one) in _CACHES for one in node.decorator_list
        ):
            yield node.name


def written_to(tree: ast.Module) -> Iterator[str]:
    """Names of the module that hold things, where something of it is put in."""
    names = {name_of(target) for node in tree.body for target in holding(node)} - {""}
    return (name for name in names if name in grown(tree))


def attributes(tree: ast.Module) -> Iterator[str]:
    for made in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        methods = [node for node in made.body if isinstance(node, ast.FunctionDef)]
        begins = [node for node in methods if node.name == "__init__"]
        later = [node for node in methods if node.name != "__init__"]
        there = {
            target.attr
            for node in begins
            for statement in ast.walk(node)
            for target in holding(statement)
            if isinstance(target, ast.Attribute)
        }
        put_in = {name for method in later for name in grown(method)}
        yield from (f"{made.name}.{name}" for name in there & put_in)


def holding(node: ast.AST) -> list[ast.expr]:
    """The targets of an assignment of something that can hold more."""
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    empty = isinstance(node.value, ast.Dict | ast.List | ast.Set | ast.DictComp)
    made = isinstance(node.value, ast.Call) and name_of(node.value.func) in _HOLDS
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return targets if empty or made else []


def grown(tree: ast.AST) -> set[str]:
    """The names that something is put into, or that are set anew by what is known."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in _GROWS:
                found.add(name_of(node.func.value))
        elif isinstance(node, ast.Assign):
            parts = [one for one in node.targets if isinstance(one, ast.Subscript)]
            found |= {name_of(one.value) for one in parts}
            found |= {one.attr for one in node.targets if isinstance(one, ast.Attribute)}
    return found


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_every_cache_and_collection_that_outlives_a_call_is_in_the_table_with_its_bound():
    rows = re.findall(r"^\| `([\w.]+)` \| [^|]+ \| [^|]+ \|$", PAGE.read_text(), re.MULTILINE)

    assert len(rows) == len(set(rows))
    assert kept() == set(rows)
