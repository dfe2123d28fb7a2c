"""The one way a value gets into a KQL query: as data in front of it, never as part of its text.

Log Analytics takes no parameters beside the query. So a query's text is fixed, and its parameters
come before it as one JSON literal, which nothing in a value can end.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.domain.canonical import format_time
from shared.errors import Refused

_NO_NAME_HAS = {"Cc", "Cs", "Zl", "Zp"}
Value = str | int | float | datetime


def with_parameters(
    query: str,
    parameters: Mapping[str, Value],
    lists: Mapping[str, Sequence[str]] | None = None,
) -> str:
    r"""The query with `parameters` declared; it reads them as `tostring(parameters.name)`.

    Each of `lists` is declared by its own name, so that `in (name)` can look a value up in it.
    Raises Refused for a value with a control character or a line separator: no name has one, and
    engines differ in how they read its escape.

    >>> print(with_parameters("T | where x == tostring(parameters.x)", {"x": 'a"; drop'}))
    let parameters = dynamic({"x": "a\"; drop"});
    T | where x == tostring(parameters.x)
    >>> print(with_parameters("T | where x in (known)", {}, {"known": ["a", "b"]}))
    let known = dynamic(["a", "b"]);
    T | where x in (known)
    """
    declared = ""
    if parameters or not lists:
        plain = {name: _plain(name, value) for name, value in parameters.items()}
        declared = f"let parameters = dynamic({json.dumps(plain, ensure_ascii=False)});\n"
    for name, values in (lists or {}).items():
        each = [_plain(name, value) for value in values]
        declared += f"let {name} = dynamic({json.dumps(each, ensure_ascii=False)});\n"
    return declared + query


def _plain(name: str, value: Value) -> str | int | float:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, str) and any(unicodedata.category(c) in _NO_NAME_HAS for c in value):
        raise Refused(f"{name} is {value[:80]!r}, which holds a control character; leave it out.")
    return value
