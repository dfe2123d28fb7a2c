"""Sentences of scenarios: the form of each, and what a written sentence says by it.

A form is the sentence with words in capitals where something is named, and in brackets what may
be left out: `traffic SHARES [of ENDPOINT] [by PERSON]`. Clauses follow after commas.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Self

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_NUMBER = r"\d+(?:\.\d+)?"
_KINDS = {
    "MODEL": rf"{_NAME}:{_NAME}",
    "COUNT": r"\d+",
    "NUMBER": _NUMBER,
    "DURATION": rf"{_NUMBER} ?(?:ms|s|min|h|d|seconds?|minutes?|hours?|days?|weeks?)",
    "SHARES": rf"(?:none|{_NAME} {_NUMBER}(?: {_NAME} {_NUMBER})*)",
    "TEXT": r'"[^"]*"',
    "WORDS": r"[^,]+",
    "TIME": r"(?:day \d+ )?\d\d:\d\d",
    "FILE": r"[^\s,]+",
    "PERSON": r"[^\s,]+",
    "GATE": r"[^\s,]+",
    "PIPELINE": r"[^\s,]+",
}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIMES = {"twice": 2, "once": 1}
_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a sentence or a clause says: its placeholders as written, its clauses by their form.

    `block` holds the indented lines below the sentence, without their indentation; `line` is where
    it stands.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    clauses: Sequence[tuple[str, "Found"]] = ()
    block: str = ""
    line: int = 0

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        """What was written, without quotes. Raises KeyError for what was left out."""
        return self.values[name].strip('"')

    def optional(self, name: str) -> str | None:
        """What was written, None where it was left out."""
        return self.text(name) if name in self.values else None

    def number(self, name: str) -> float:
        """A number."""
        return float(self.values[name])

    def duration(self, name: str) -> timedelta:
        """A span of time."""
        return parse_span(self.values[name])

    def shares(self, name: str) -> dict[str, float]:
        """Numbers by name; none at all is empty."""
        words = self.values[name].split()
        if words == ["none"]:
            return {}
        return {one: float(share) for one, share in zip(words[::2], words[1::2], strict=True)}

    def clause(self, form: str) -> "Found | None":
        """The clause of this form, None where there is none."""
        return next((found for named, found in self.clauses if named == form), None)

    def all(self, form: str) -> list["Found"]:
        """Every clause of this form, in order."""
        return [found for named, found in self.clauses if named == form]


@dataclass(frozen=True)
class Form:
    """One form of sentence or clause, as the README shows it."""

    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a written sentence has to match."""
        return re.compile(_compiled(self.text))

    def match(self, sentence: str) -> dict[str, str] | None:
        """The placeholders by name in lower case, None when the sentence is of another form."""
        found = self.pattern.fullmatch(sentence)
        if found is None:
            return None
        return {name: value for name, value in found.groupdict().items() if value is not None}

    @classmethod
    def of(cls, *texts: str) -> tuple[Self, ...]:
        """Several forms."""
        return tuple(cls(text) for text in texts)


def _compiled(text: str) -> str:
    """A regular expression; a placeholder ends in a number where there are two of a kind."""
    parts = []
    for word in re.findall(r" ?\[|\]| |[^\s\[\]]+", text):
        if word.endswith("["):
            parts.append("(?: " if word.startswith(" ") else "(?:")
        elif word == "]":
            parts.append(")?")
        elif _PLACEHOLDER.fullmatch(word):
            kind = _KINDS.get(word.rstrip("0123456789_"), _NAME)
            parts.append(f"(?P<{word.lower()}>{kind})")
        elif "|" in word:
            parts.append(f"(?P<word>{'|'.join(map(re.escape, word.split('|')))})")
        else:
            parts.append(re.escape(word))
    return "".join(parts)


def split_clauses(sentence: str) -> list[str]:
    """The sentence and its clauses: commas inside of quotes part nothing."""
    return [part.strip() for part in re.findall(r'(?:[^,"]|"[^"]*")+', sentence)]


def spell_shares(shares: Mapping[str, float]) -> str:
    """Shares as scenarios write them, in the order of the names, without those of nobody.

    >>> spell_shares({"green": 10.0, "blue": 90, "red": 0})
    'blue 90 green 10'
    """
    parts = [f"{name} {share:g}" for name, share in sorted(shares.items()) if share]
    return " ".join(parts) or "none"


def parse_span(text: str) -> timedelta:
    """A duration as people write it.

    >>> parse_span("30 min"), parse_span("2 days")
    (datetime.timedelta(seconds=1800), datetime.timedelta(days=2))
    """
    number = re.match(_NUMBER, text)
    if number is None:
        raise ValueError(f"{text!r} is no duration; write 30 min, 2 h or 7 days")
    word = text[number.end() :].strip()
    unit = "milliseconds" if word == "ms" else _UNITS[word[0]]
    return timedelta(**{unit: float(number[0])})


def parse_times(word: str) -> int:
    """How often: `twice`, `3 times`."""
    return _TIMES.get(word) or int(word.split(maxsplit=1)[0])
