"""One window of rows, five engines, the same profiles to the last count."""

import pytest

from tests.profiles.every_engine import (
    BASE,
    CUTS,
    Kusto,
    as_kusto_holds_it,
    assert_same,
    local_pieces,
    observed,
)

# Spark's client leaves sockets of answers to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def table():
    return observed()


def held_by(engine, table):
    return as_kusto_holds_it(table) if isinstance(engine, Kusto) else table


def test_every_piece_is_the_local_engines(engine, table):
    expected = local_pieces(held_by(engine, table), BASE, CUTS)

    found = engine.pieces(table, BASE, CUTS)

    assert len(found) == len(expected) == 5
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)
