"""Looks at all that an application holds: how much each place has, and which of them grew."""

import gc
import sqlite3
import sys
from collections import Counter, deque
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from logging import Handler
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from shared.recent import Recent

OURS = ("shared", "functions")
_PLAIN = (str, bytes, int, float, bool, type(None), ModuleType, BuiltinFunctionType)
_NOT_LOOKED_INTO = (*_PLAIN, Recent, Handler, sqlite3.Connection)
"""A connection keeps 128 statements and weakly 200 cursors; pytest's handlers keep every line."""


def held(root: Any) -> Counter[str]:
    """How many things each place holds, from one object and from every module of ours.

    A place is the way there, such as `Application.adapters.ledger._outbox`. What has a bound of its
    own, a `Recent` or a function with a `maxsize`, counts for nothing: tests of its own hold it.
    Nor does what a test brought, such as a broker that keeps what it was sent.
    """
    modules = [module for name, module in sorted(sys.modules.items()) if _ours(name)]
    ways = [(f"module {module.__name__}", vars(module)) for module in modules]
    return _walked([(type(root).__name__, root), *ways])


def grown(before: Counter[str], after: Counter[str], by: int) -> dict[str, tuple[int, int]]:
    """The places that hold at least so many more than before."""
    return {
        place: (before[place], size) for place, size in after.items() if size - before[place] >= by
    }


def _walked(ways: list[tuple[str, Any]]) -> Counter[str]:
    sizes: Counter[str] = Counter()
    seen: dict[int, Any] = {}
    while ways:
        way, thing = ways.pop()
        if id(thing) in seen or isinstance(thing, _NOT_LOOKED_INTO) or _bounded(thing):
            continue
        if type(thing).__module__.startswith("tests."):
            continue
        seen[id(thing)] = thing
        if isinstance(thing, dict | list | set | frozenset | tuple | deque):
            sizes[way] += len(thing)
        ways += [(f"{way}{step}"[-240:], part) for step, part in _parts(thing)]
    return sizes


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, dict):
        yield from (
            (f".{key}" if isinstance(key, str) and key.isidentifier() else "[]", value)
            for key, value in list(thing.items())
        )
        yield from (("[key]", key) for key in list(thing) if not isinstance(key, str))
    elif isinstance(thing, list | set | frozenset | tuple | deque):
        yield from (("[]", part) for part in list(thing))
    elif isinstance(thing, type):
        if _ours(thing.__module__):
            yield from ((f".{name}", part) for name, part in list(vars(thing).items()))
    elif isinstance(thing, FunctionType):
        yield from (("()", cell.cell_contents) for cell in thing.__closure__ or () if _full(cell))
    elif isinstance(thing, MethodType):
        yield ".self", thing.__self__
    else:
        named = _attributes(thing)
        yield from ((f".{name}", part) for name, part in named.items())
        known = {id(part) for part in named.values()} | {id(getattr(thing, "__dict__", None))}
        yield from ((".*", part) for part in gc.get_referents(thing) if id(part) not in known)


def _attributes(thing: Any) -> dict[str, Any]:
    slots = [name for one in type(thing).__mro__ for name in getattr(one, "__slots__", ())]
    kept = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    return {**kept, **getattr(thing, "__dict__", {})}


def _bounded(thing: Any) -> bool:
    return isinstance(thing, _lru_cache_wrapper) and thing.cache_info().maxsize is not None


def _full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _ours(name: str) -> bool:
    return name.partition(".")[0] in OURS
