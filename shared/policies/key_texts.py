"""What each key of a file is for: the text below its field in the source."""

import ast
import dataclasses
import inspect
import textwrap
from itertools import pairwise


def key_texts(kind: type) -> dict[str, str]:
    """The text below each field of a class and of those it is made from."""
    texts: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if dataclasses.is_dataclass(one):
            texts |= _texts_below(one)
    return texts


def _texts_below(kind: type) -> dict[str, str]:
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    texts: dict[str, str] = {}
    for statement, below in pairwise(body):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            texts[statement.target.id] = " ".join(below.value.value.split())
    return texts
