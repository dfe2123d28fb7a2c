"""The SQL and correlation filters of subscriptions, as far as Driftgate's rules need them.

Grammar: OR, AND, NOT, parentheses, comparisons, IN, LIKE with ESCAPE, IS [NOT] NULL, EXISTS.
A name is an application property, quoted or with the prefix `user.`; `sys.Label` and the like are
the message's own fields. An unknown property is NULL, and a comparison with NULL is unknown, which
does not match: also under NOT.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a filter may look at: application properties and the message's own fields."""

    properties: Mapping[str, Any]
    system: Mapping[str, Any] = field(default_factory=dict)


Filter = Callable[[Facts], bool]
_Value = Callable[[Facts], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<quoted>\[[^\]]+\]|\"[^\"]+\")"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><>|!=|<=|>=|=|<|>|\(|\)|,|-))"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS = {
    *("and", "or", "not", "in", "like", "escape", "is", "null", "exists", "true", "false"),
}


class InvalidFilter(ValueError):
    """An expression that Service Bus would refuse too, or one outside what is read here."""


def everything(_: Facts) -> bool:
    """The rule `$Default` of a new subscription: every message matches."""
    return True


def correlation_filter(
    *, properties: Mapping[str, Any] | None = None, **system: str | None
) -> Filter:
    """All named fields and properties are equal; names as in ARM, such as `correlationId`."""
    wanted = {name.lower(): value for name, value in system.items() if value is not None}
    asked = dict(properties or {})

    def matches(facts: Facts) -> bool:
        return all(facts.system.get(name) == value for name, value in wanted.items()) and all(
            facts.properties.get(name) == value for name, value in asked.items()
        )

    return matches


def sql_filter(expression: str) -> Filter:
    """Read an expression. Raises InvalidFilter with the place where reading stopped."""
    reader = _Reader(expression)
    condition = reader.either()
    reader.end()
    return lambda facts: condition(facts) is True


class _Reader:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = _tokens(expression)
        self._at = 0

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, *words: str) -> bool:
        """Read these words or signs when they come next, else nothing."""
        ahead = [text.lower() for _, text in self._tokens[self._at : self._at + len(words)]]
        if ahead != list(words):
            return False
        self._at += len(words)
        return True

    def _demand(self, word: str) -> None:
        if not self._take(word):
            raise InvalidFilter(f"{word!r} expected before {self._peek()[1]!r}: {self._expression}")

    def end(self) -> None:
        if self._peek()[0] != "end":
            raise InvalidFilter(f"{self._peek()[1]!r} is not understood in: {self._expression}")

    def either(self) -> _Value:
        left = self.both()
        while self._take("or"):
            left = _or(left, self.both())
        return left

    def both(self) -> _Value:
        left = self.negated()
        while self._take("and"):
            left = _and(left, self.negated())
        return left

    def negated(self) -> _Value:
        return _not(self.negated()) if self._take("not") else self.condition()

    def condition(self) -> _Value:
        if self._take("("):
            inner = self.either()
            self._demand(")")
            return inner
        if self._take("exists"):
            self._demand("(")
            name = self.value()
            self._demand(")")
            return lambda facts: name(facts) is not None
        left = self.value()
        kind, text = self._peek()
        if kind == "sign" and text in _COMPARE:
            self._next()
            return _compared(_COMPARE[text], left, self.value())
        if self._take("is", "not", "null"):
            return lambda facts: left(facts) is not None
        if self._take("is", "null"):
            return lambda facts: left(facts) is None
        turned = self._take("not")
        if self._take("in"):
            test = _in(left, self.values())
        elif self._take("like"):
            pattern = self.value()
            test = _like(left, pattern, self.value() if self._take("escape") else None)
        elif turned:
            raise InvalidFilter(f"IN or LIKE expected after NOT: {self._expression}")
        else:
            return left
        return _not(test) if turned else test

    def values(self) -> list[_Value]:
        self._demand("(")
        values = [self.value()]
        while self._take(","):
            values.append(self.value())
        self._demand(")")
        return values

    def value(self) -> _Value:
        kind, text = self._next()
        if kind == "sign" and text == "-":
            inner = self.value()
            return lambda facts: -inner(facts)
        if kind == "number":
            number = float(text) if "." in text else int(text)
            return lambda _: number
        if kind == "text":
            plain = text[1:-1].replace("''", "'")
            return lambda _: plain
        if kind == "quoted":
            return _property(text[1:-1])
        if kind == "name" and text.lower() in {"true", "false"}:
            truth = text.lower() == "true"
            return lambda _: truth
        if kind == "name" and text.lower() not in _WORDS:
            return _property(text)
        raise InvalidFilter(f"a value expected at {text!r}: {self._expression}")


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise InvalidFilter(f"{text[at:]!r} is not understood in: {expression}")
        tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return tokens


def _property(name: str) -> _Value:
    if name.lower().startswith("sys."):
        return lambda facts: facts.system.get(name[4:].lower())
    plain = name[5:] if name.lower().startswith("user.") else name
    return lambda facts: facts.properties.get(plain)


def _and(left: _Value, right: _Value) -> _Value:
    def both(facts: Facts) -> bool | None:
        sides = (left(facts), right(facts))
        return False if False in sides else None if None in sides else True

    return both


def _or(left: _Value, right: _Value) -> _Value:
    def either(facts: Facts) -> bool | None:
        sides = (left(facts), right(facts))
        return True if True in sides else None if None in sides else False

    return either


def _not(inner: _Value) -> _Value:
    def turned(facts: Facts) -> bool | None:
        value = inner(facts)
        return None if value is None else not value

    return turned


def _compared(compare: Callable[[Any, Any], bool], left: _Value, right: _Value) -> _Value:
    def compared(facts: Facts) -> bool | None:
        one, other = left(facts), right(facts)
        if one is None or other is None:
            return None
        if isinstance(one, str) != isinstance(other, str):
            return compare is operator.ne
        return compare(one, other)

    return compared


def _in(left: _Value, values: list[_Value]) -> _Value:
    def among(facts: Facts) -> bool | None:
        one = left(facts)
        return None if one is None else any(one == value(facts) for value in values)

    return among


def _like(left: _Value, pattern: _Value, escape: _Value | None) -> _Value:
    def like(facts: Facts) -> bool | None:
        one, wanted = left(facts), pattern(facts)
        if one is None or wanted is None:
            return None
        return bool(re.fullmatch(_expression(wanted, escape and escape(facts)), str(one), re.S))

    return like


def _expression(pattern: str, escape: str | None) -> str:
    parts, characters = [], iter(pattern)
    for character in characters:
        if character == escape:
            parts.append(re.escape(next(characters, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
    return "".join(parts)
