"""A free predicate over an event and its decision, in JMESPath: it selects, and can do no more."""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import InvalidData

MOST_CHARACTERS = 300
_MOST_GROWING = 3
_EXAMPLE = "event.data.version == '8' && decision.verdict == 'fail'"
_GROWING = frozenset({"multi_select_list", "multi_select_dict", "flatten"})
_GROWING_FUNCTIONS = frozenset({"join", "map", "to_string"})


class Predicate:
    """Whether an event and its decision fit an expression; what cannot be asked of them does not.

    Raises InvalidData for an expression that is wrong, too long, or could grow beyond bounds.
    """

    def __init__(self, expression: str, example: str = _EXAMPLE) -> None:
        import jmespath
        from jmespath.exceptions import JMESPathError

        if len(expression) > MOST_CHARACTERS:
            raise InvalidData(
                f"where has {len(expression)} characters; {MOST_CHARACTERS} is the most."
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PendingDeprecationWarning)
                compiled = jmespath.compile(expression)
            nodes = list(_nodes(compiled.parsed))
        except (JMESPathError, RecursionError) as problem:
            raise InvalidData(
                f"where is no JMESPath: {_place(problem, expression)}; write for example {example}."
            ) from problem
        _refuse_unknown_functions(nodes)
        _refuse_growth(nodes)
        self._compiled, self._problem = compiled, JMESPathError

    def holds(self, event: Mapping[str, Any] | None, decision: Mapping[str, Any] | None) -> bool:
        """As JMESPath has it: false, null and what is empty do not hold."""
        return self.fits({"event": event, "decision": decision})

    def fits(self, about: Mapping[str, Any]) -> bool:
        """The same of anything else that is asked about."""
        try:
            found = self._compiled.search(about)
        except (self._problem, RecursionError):
            return False
        return found is not None and found is not False and found not in ("", [], {})


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node["children"]:
        yield from _nodes(child)


def _place(problem: Exception, expression: str) -> str:
    """Where it stops to be understood."""
    at = getattr(problem, "lex_position", getattr(problem, "lexer_position", None))
    if isinstance(problem, RecursionError):
        return "it is nested too deeply"
    if not isinstance(at, int) or at >= len(expression):
        return "it ends too early"
    return f"character {at + 1} ({expression[at : at + 20]!r}) is not understood"


def _refuse_unknown_functions(nodes: list[Mapping[str, Any]]) -> None:
    from jmespath.functions import Functions

    for node in nodes:
        if node["type"] != "function_expression":
            continue
        name, given = node["value"], len(node["children"])
        if name not in Functions.FUNCTION_TABLE:
            known = ", ".join(sorted(Functions.FUNCTION_TABLE))
            raise InvalidData(f"where calls {name}(); JMESPath knows {known}.")
        taken = Functions.FUNCTION_TABLE[name]["signature"]
        open_ended = bool(taken) and bool(taken[-1].get("variadic"))
        if given < len(taken) or (given > len(taken) and not open_ended):
            raise InvalidData(f"where gives {name}() {given} values; it takes {len(taken)}.")


def _refuse_growth(nodes: list[Mapping[str, Any]]) -> None:
    """Each such part may multiply what it is given; many of them would fill the memory."""
    growing = sum(
        node["type"] in _GROWING
        or (node["type"] == "function_expression" and node["value"] in _GROWING_FUNCTIONS)
        for node in nodes
    )
    if growing > _MOST_GROWING:
        raise InvalidData(
            f"where makes {growing} lists, objects or texts of its own; "
            f"{_MOST_GROWING} are the most. Compare fields instead."
        )
