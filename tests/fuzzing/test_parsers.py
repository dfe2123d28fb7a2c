"""Whatever bytes come: an answer or a refusal of ours, in a time that goes with their number."""

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.fuzzing.parsers import PARSERS
from tests.fuzzing.seeds import seeds

SLOWEST = 2.0
"""Seconds for a case of some kilobytes; the first one imports what it needs."""

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**30, 1e308, -0.0, 1e-320]),
    st.sampled_from(
        [
            *("", "\x00", "\ud800", "../../etc/passwd", "a" * 5000, "NaN", "Infinity", "'; drop"),
            *("9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00+14:00", "<script>", "%n%s"),
            *("{{ 7 * 7 }}", "${jndi:x}", "=cmd()", "\u202e", "http://169.254.169.254/", "²", "１"),
        ]
    ),
    st.text(max_size=8),
    st.sampled_from([[], {}, [[]], {"": None}, [None], {"a": {"a": {"a": []}}}]),
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    return [path, *(one for key, part in parts for one in paths_of(part, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], by: Any, drop: bool) -> Any:
    """A copy in which the part at a path is another, or is gone."""
    if not path:
        return by
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest or not drop:
        copy[key] = changed(value[key], tuple(rest), by, drop)
    else:
        del copy[key]
    return copy


@st.composite
def documents(draw: Any, known: list[bytes]) -> bytes:
    """One of the known documents with up to three parts changed."""
    value = json.loads(draw(st.sampled_from(known)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths_of(value)))
        value = changed(value, path, draw(odd), draw(st.booleans()))
    return json.dumps(value).encode("utf-8", errors="surrogatepass")


@st.composite
def texts(draw: Any, known: list[bytes]) -> bytes:
    """One of the known texts with some bytes put in, taken out or said twice."""
    content = draw(st.sampled_from(known))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        cut = draw(st.integers(0, 8))
        put = draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"\n", b"- ", b": ", b"&a *a"]))
        )
        content = content[:at] + put + content[at + cut :]
    return content


def cases(parser: Any) -> st.SearchStrategy[bytes]:
    known = seeds()[parser.name]
    made = documents(known) if parser.structured else texts(known)
    return st.one_of(made, made, st.binary(max_size=60))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda one: one.name)
def test_what_is_known_to_be_right_is_taken(parser):
    """Else the cases that are made of it would fail at the first step and show nothing."""
    assert any(parser(one) for one in seeds()[parser.name])


@pytest.mark.parametrize("parser", PARSERS, ids=lambda one: one.name)
def test_a_parser_answers_or_refuses_and_raises_nothing_else(parser):
    @seed(8)
    @settings(
        max_examples=12,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(cases(parser))
    def run(content):
        begun = process_time()
        parser(content)
        assert process_time() - begun < SLOWEST

    run()


DEEP = 30_000
HUGE = {
    "deep arrays": b"[" * DEEP,
    "deep arrays that close": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a long number": b"9" * 60_000,
    "a long number in an object": b'{"id": ' + b"9" * 4_000 + b"}",
    "many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(1_000)) + b"}",
    "one long line": b"a" * 150_000,
    "many short lines": b"a\n" * 30_000,
    "blanks": b" " * 300_000,
    "nothing": b"",
    "zeros": b"\x00" * 100_000,
    "a bomb of anchors": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 118)
    ),
    "dashes": b"- " * 5_000,
    "quotes": b'"' * 50_000,
    "a mark of byte order": b"\xef\xbb\xbf{}",
    "another encoding": "{}".encode("utf-16"),
}


@pytest.mark.parametrize(
    "parser", [one for one in PARSERS if one.name != "fleet"], ids=lambda one: one.name
)
def test_what_is_deep_or_huge_ends_soon(parser):
    """A fleet's file is read by the same reader of YAML as a policy."""
    took = {}
    for name, content in HUGE.items():
        begun = process_time()
        parser(content)
        took[name] = process_time() - begun

    assert [name for name, seconds in took.items() if seconds > SLOWEST] == []
