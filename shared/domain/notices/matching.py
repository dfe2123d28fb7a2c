"""Matchers as people write them: `kind=drift deployment=green-* severity!=critical`."""

import re
import shlex
from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase

from shared.domain.alert import AlertKind, Severity
from shared.domain.notices.silence import Matcher
from shared.domain.wording import one_line
from shared.errors import InvalidData

_MOST = 20
_LONGEST = 200
_LONGEST_TEXT = 1_000
_EXAMPLE = "kind=drift deployment=green-*"
_WRITTEN = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,62})(!=|=)(.*)", re.DOTALL)
_FINGERPRINT = re.compile(r"[0-9a-f*?]{1,16}")
_REGULAR = re.compile(r"^[~=^]|\.[*+]|[\[\](){}|\\]|\$$")
_WILD = frozenset("*?")
_FIELDS = ("kind", "severity", "subject", "model", "fingerprint", "endpoint", "deployment")
"""Those that many alerts have; the labels besides are each its kind's own."""
_ALIKE = 0.8
_WORDS = {
    "kind": tuple(kind.value for kind in AlertKind),
    "severity": tuple(severity.value for severity in Severity),
}


def matchers_of(text: str) -> tuple[Matcher, ...]:
    """What is meant: each once, in order. A pattern with blanks stands between quotes.

    >>> [m.pattern for m in matchers_of("kind=drift column='years at work' kind=drift")]
    ['years at work', 'drift']

    Raises InvalidData for what names nothing, can match nothing, or would match everything.
    """
    if len(text) > _LONGEST_TEXT:
        raise InvalidData(f"matchers has more than {_LONGEST_TEXT} characters; write fewer.")
    found = {_matcher(word) for word in _words(text)}
    if not found:
        raise InvalidData(f"matchers is empty; name what is meant, such as {_EXAMPLE}.")
    if len(found) > _MOST:
        raise InvalidData(f"matchers has more than {_MOST}; write fewer.")
    if not any(_names_something(one) for one in found):
        raise InvalidData(f"matchers fits every alert; name what is meant, such as {_EXAMPLE}.")
    matchers = tuple(sorted(found, key=lambda one: (one.field, one.negated, one.pattern)))
    _check_together(matchers)
    return matchers


def spell_matchers(matchers: Iterable[Matcher]) -> str:
    """As they are written.

    >>> spell_matchers(matchers_of("severity!=critical column='years at work'"))
    "column='years at work' severity!=critical"
    """
    return " ".join(
        f"{one.field}{'!=' if one.negated else '='}{_quoted(one.pattern)}" for one in matchers
    )


def _words(text: str) -> list[str]:
    reader = shlex.shlex(text, posix=True)
    reader.whitespace_split, reader.commenters, reader.escape = True, "", ""
    try:
        return list(reader)
    except ValueError as problem:
        raise InvalidData("matchers opens a quote that nothing closes; close it.") from problem


def _matcher(word: str) -> Matcher:
    shown = f"matchers has {one_line(word, 80)!r}"
    if one_line(word, len(word)) != word:
        raise InvalidData(f"{shown}, with characters that cannot be printed; leave them out.")
    written = _WRITTEN.fullmatch(word)
    if written is None:
        raise InvalidData(f"{shown}, which is no matcher; write kind=drift or severity!=critical.")
    field, sign, pattern = written[1], written[2], written[3]
    if len(pattern) > _LONGEST:
        raise InvalidData(f"matchers has more than {_LONGEST} characters for {field}; write fewer.")
    if _REGULAR.search(pattern):
        raise InvalidData(
            f"{shown}; patterns know * and ? alone and no regular expressions, so write ? for "
            "any one character, * for any others."
        )
    _check_words(shown, field, pattern)
    return Matcher(field=field, pattern=pattern, negated=sign == "!=")


def _check_words(shown: str, field: str, pattern: str) -> None:
    """A field or kind that is misspelt would silence nothing, and nobody would know."""
    if field not in _FIELDS and (meant := get_close_matches(field, _FIELDS, n=1, cutoff=_ALIKE)):
        raise InvalidData(f"{shown}; {field} is no field of alerts, write {meant[0]}.")
    known = _WORDS.get(field, ())
    if known and not any(fnmatchcase(word, pattern) for word in known):
        close = get_close_matches(pattern, known, n=3, cutoff=0.5) or known[:3]
        raise InvalidData(f"{shown}, which no alert has; write for example {', '.join(close)}.")
    if field == "fingerprint" and not _FINGERPRINT.fullmatch(pattern):
        raise InvalidData(f"{shown}; a fingerprint has 16 of the characters 0-9 and a-f.")


def _names_something(matcher: Matcher) -> bool:
    return not matcher.negated and bool(set(matcher.pattern) - _WILD)


def _check_together(matchers: Iterable[Matcher]) -> None:
    """An alert has one value of each field, so two that are plain exclude each other."""
    plain: dict[str, str] = {}
    for one in matchers:
        if one.negated or _WILD & set(one.pattern):
            continue
        if one.field in plain:
            raise InvalidData(
                f"matchers names two values of {one.field}, {plain[one.field][:80]} and "
                f"{one.pattern[:80]}, and no alert has both; say each by itself."
            )
        plain[one.field] = one.pattern


def _quoted(pattern: str) -> str:
    if " " not in pattern and "'" not in pattern and '"' not in pattern and pattern:
        return pattern
    return f'"{pattern}"' if "'" in pattern else f"'{pattern}'"
