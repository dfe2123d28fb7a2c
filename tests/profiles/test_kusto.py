"""A table of a workspace is profiled by queries whose literals nothing can end."""

import math
import re
from dataclasses import replace
from decimal import Decimal

import duckdb
import duckdb_kql
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.azure.kql import with_parameters
from shared.errors import InvalidData, Refused, Unavailable
from shared.profiles import baseline
from shared.profiles.kusto.table import count_table
from shared.profiles.kusto.texts import name_literal, real_literal
from tests.profiles.every_engine import (
    BASE,
    CUTS,
    START,
    Kusto,
    as_kusto_holds_it,
    assert_same,
    local_pieces,
    observed,
)

TABLE = observed(400)
PRINTED = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40
)


@pytest.fixture
def kusto():
    found = Kusto()
    yield found
    found.close()


@pytest.fixture(scope="module")
def connection():
    opened = duckdb_kql.connect()
    yield opened
    opened.close()


def expected_of(table, base=BASE):
    return local_pieces(as_kusto_holds_it(table), base, CUTS)


def assert_all_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)


def table_of(**columns):
    """As many rows as the columns are long, all in the first piece."""
    rows = len(next(iter(columns.values())))
    return pa.table({"at": pa.array([START] * rows, pa.timestamp("us", "UTC")), **columns})


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_an_edge_is_read_back_as_the_very_same_double(connection, number):
    [[read]] = duckdb_kql.kql(connection, f"print {real_literal(number)}").fetchall()

    assert read == number
    assert math.copysign(1.0, read) == 1.0 or number < 0


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_no_finite_number_is_no_edge(number):
    with pytest.raises(InvalidData, match="is no edge between finite numbers"):
        real_literal(number)


@given(name=PRINTED)
def test_no_name_ends_its_literal(connection, name):
    """The whole name comes back as the one column, and nothing behind it was read as a query."""
    literal = name_literal(name)

    found = duckdb_kql.kql(connection, f"print a = 1 | project {literal} = a, second_one = 2")

    assert found.columns == [name, "second_one"]
    assert found.fetchall() == [(1, 2)]


@pytest.mark.parametrize("name", ["", "a\nb", "a\tb", "\x00", "\u2028", "\x85", "a\x7f"])
def test_a_name_with_a_control_character_is_refused(name):
    with pytest.raises(InvalidData, match="cannot be a name in a query"):
        name_literal(name)


@given(values=st.lists(PRINTED, min_size=1, max_size=5, unique=True), other=PRINTED)
def test_no_value_of_a_category_ends_its_literal(connection, values, other):
    """A list is looked up value by value, each as it is."""
    query = with_parameters(
        f"print v = tostring(sought[0]) | project found = v in (known), {name_literal('n')} = 1",
        {},
        {"known": values, "sought": [other]},
    )

    assert duckdb_kql.kql(connection, query).fetchall() == [(other in values, 1)]


@pytest.mark.parametrize("value", ["a\nb", "\u2028", "\ud800"])
def test_a_listed_value_with_a_control_character_is_refused(value):
    with pytest.raises(Refused, match=r"known is .* holds a control character"):
        with_parameters("T", {}, {"known": ["a", value]})


def test_it_is_one_query_for_the_schema_one_for_the_counts_and_one_a_column_for_examples(kusto):
    kusto.pieces(TABLE, BASE, CUTS)

    schema, counts, *examples = [question for question, _ in kusto.asked]
    assert schema.text.endswith("| getschema\n| project ColumnName, ColumnType")
    assert counts.text.count("countif") > 100
    assert len(examples) == 1
    assert "distinct" in examples[0].text


@pytest.mark.parametrize("limits", [{"most": 10}, {"most": 1}, {"longest": 1_500}])
def test_what_is_too_much_for_a_query_is_asked_in_several(limits):
    narrow = replace(BASE, columns={name: BASE.columns[name] for name in ("rooms", "city")})
    split = Kusto(**limits)
    try:
        found = split.pieces(TABLE, narrow, CUTS)
    finally:
        split.close()

    assert_all_same(found, expected_of(TABLE, narrow))
    asked = [(question, text) for question, text in split.asked if "summarize" in text]
    assert len(asked) > 1
    for question, text in asked:
        assert len(text.encode()) <= question.length <= limits.get("longest", 64_000)
        assert len(re.findall(r"c\d+_\w+ = ", text)) <= limits.get("most", 500)


def test_more_values_than_fit_a_query_are_counted_in_several_and_leave_out_examples(kusto):
    known = [f"value {each:06} with a long name" for each in range(9_000)]
    base = baseline(table_of(text=known), columns=["text"], top=3)
    table = table_of(text=[known[-1], known[8_000], "new", None])

    [found, *_] = kusto.pieces(table, base, CUTS)

    [expected, *_] = local_pieces(table, base, CUTS)
    assert expected.columns["text"].examples == ("new",)
    without = replace(expected.columns["text"], examples=())
    assert_same(found, replace(expected, columns={"text": without}))
    assert sum("summarize" in text for _, text in kusto.asked) > 3
    assert all(len(text.encode()) <= 64_000 for _, text in kusto.asked)


def test_cuts_that_are_too_many_for_a_query_are_refused():
    cuts = [START.replace(year=1990 + year, month=month) for year in range(80) for month in (1, 7)]

    short = Kusto(longest=4_000)
    try:
        with pytest.raises(InvalidData, match="cut the window into fewer pieces"):
            short.pieces(TABLE, BASE, cuts)
    finally:
        short.close()


def test_an_empty_text_counts_as_null_for_kusto_has_no_other(kusto):
    base = baseline(table_of(text=["", "a", "b", "a"]), columns=["text"])

    [found, *_] = kusto.pieces(table_of(text=["", None, "a", "c"]), base, CUTS)

    column = found.columns["text"]
    assert column.nulls == 2
    assert dict(zip(column.values, column.counts.tolist(), strict=True)) == {"a": 1, "": 0, "b": 0}
    assert (column.other_known, column.unseen, column.examples) == (0, 1, ("c",))


def test_a_column_whose_values_no_query_can_name_is_a_problem_and_the_others_are_counted(kusto):
    both = table_of(text=["a\nb", "c"], rooms=[1, 2])
    base = baseline(both, columns=["text", "rooms"])

    [found, *_] = kusto.pieces(both, base, CUTS)

    assert found.problems == {
        "text": "has a value with a control character, which a query cannot name"
    }
    assert found.columns.keys() == {"rooms"}


def test_a_value_too_long_for_a_query_is_a_problem(kusto):
    """Baselines of today skip a column of such values; an older one may name them."""
    table = table_of(text=["a" * 20_000, "c"])
    base = baseline(table_of(text=["a", "c"]), columns=["text"])
    column = replace(base.columns["text"], values=("a" * 20_000, "c"), known=("a" * 20_000, "c"))
    old = replace(base, columns={"text": column})

    [found, *_] = kusto.pieces(table, old, CUTS)

    assert "too long for a query" in found.problems["text"]


def test_types_of_kusto_are_told_in_the_sentences_of_the_local_engine(kusto):
    base = baseline(table_of(one=[1.0, 2.0], two=["a", "b"], three=[True, False]))
    table = table_of(one=["a"], two=[1], four=[START])

    [found, *_] = kusto.pieces(table, base, CUTS)

    [expected, *_] = local_pieces(table, base, CUTS)
    assert found.problems == expected.problems
    assert found.extra == expected.extra == ("four",)


def test_decimals_and_whole_numbers_are_counted_as_doubles(kusto):
    values = [1, 2, 3, 5, 8]
    base = baseline(table_of(a=values, b=values, c=values), columns=["a", "b", "c"])
    table = table_of(
        a=pa.array([1, None, 9], pa.int32()),
        b=pa.array([(1 << 53) + 1, 3, None], pa.int64()),
        c=pa.array([Decimal("1.125"), Decimal(3), None], pa.decimal128(20, 3)),
    )

    assert_all_same(kusto.pieces(table, base, CUTS), local_pieces(table, base, CUTS))


def test_sums_beyond_the_largest_double_come_back_as_the_largest(kusto):
    base = baseline(table_of(a=np.linspace(0.0, 1.0, 50)), columns=["a"])
    table = table_of(a=[1e300, -1e300, 1.7e308])

    assert_all_same(kusto.pieces(table, base, CUTS), local_pieces(table, base, CUTS))


def test_a_table_that_grows_between_two_queries_is_asked_again_later():
    kusto = Kusto(most=40)
    name = kusto.make(TABLE)

    def growing(questions):
        answers = []
        for question in questions:
            answers.append(kusto.rows(question))
            if "summarize" in question.text:
                kusto.grow(name)
        return answers

    try:
        with pytest.raises(Unavailable, match="got new rows while it was counted"):
            count_table(growing, name, BASE, time_column="at", cuts=CUTS, most=40)
    finally:
        kusto.close()


def test_nothing_but_counts_and_examples_leaves_the_workspace(kusto):
    """Every text in an answer to a count is a number; an example is a value never seen before."""
    name = kusto.make(TABLE)
    answers = []

    def kept(questions):
        answers.extend(kusto.ask(questions))
        return answers[-len(questions) :]

    found = count_table(kept, name, BASE, time_column="at", cuts=CUTS)

    _, counts, examples = answers
    assert all(isinstance(value, int | float) for row in counts for value in row.values() if value)
    assert {row["value"] for row in examples} == {
        value for each in found for value in each.columns["city"].examples
    }


def test_a_name_of_a_table_that_no_query_can_name_is_refused(kusto):
    with pytest.raises(InvalidData, match="cannot be a name in a query"):
        count_table(kusto.ask, "T\n| take 1", BASE, time_column="at", cuts=CUTS)


def test_a_table_named_like_a_query_is_only_a_name(kusto):
    """The engine says that there is no such table, by its whole name."""
    with pytest.raises(duckdb.CatalogException, match=r"T1'\] \| take 1"):
        count_table(kusto.ask, "T1'] | take 1 //", BASE, time_column="at", cuts=CUTS)
