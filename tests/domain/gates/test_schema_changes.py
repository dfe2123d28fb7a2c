"""What changed between two signatures, column by column, and whether anybody notices.

Longer than most: a table of every kind of change, each with the signatures before and after.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.schema import ChangeKind, Part, compare_schemas, schema_changes, spell_type
from shared.domain.world import ColumnSpec

BREAKS, HARMLESS = True, False
TYPES = ["integer", "long", "float", "double", "boolean", "string", "binary", "datetime", "any"]


def column(kind="double", name="x", **more):
    return ColumnSpec(name=name, type=kind, **more)


def of(kind, inner, **more):
    key = "items" if kind == "array" else "values"
    return column(kind, fields=(replace(inner, name=key),), **more)


def structure(**fields):
    return column("object", fields=tuple(replace(v, name=k) for k, v in fields.items()))


def change(was, becomes, part=Part.INPUTS):
    [only] = schema_changes(
        () if was is None else (was,), () if becomes is None else (becomes,), part
    )
    return only.kind, only.breaking, only.sentence


@pytest.mark.parametrize(
    ("was", "becomes", "kind", "breaking", "sentence"),
    [
        (None, column(), ChangeKind.ADDED, BREAKS, "x was added and is required"),
        (
            None,
            column(required=False),
            ChangeKind.ADDED,
            HARMLESS,
            "x was added and is optional",
        ),
        (column(), None, ChangeKind.REMOVED, HARMLESS, "x was removed"),
        (column(name="#2"), None, ChangeKind.REMOVED, BREAKS, "#2 was removed"),
        (
            column("long"),
            column("double"),
            ChangeKind.WIDENED,
            HARMLESS,
            "x widened from long to double",
        ),
        (
            column("string"),
            column("any"),
            ChangeKind.WIDENED,
            HARMLESS,
            "x widened from string to any",
        ),
        (
            column("double"),
            column("long"),
            ChangeKind.RETYPED,
            BREAKS,
            "x changed from double to long",
        ),
        (
            column("any"),
            column("string"),
            ChangeKind.RETYPED,
            BREAKS,
            "x changed from any to string",
        ),
        (
            column(required=False),
            column(),
            ChangeKind.BECAME_REQUIRED,
            BREAKS,
            "x became required",
        ),
        (
            column(),
            column(required=False),
            ChangeKind.BECAME_OPTIONAL,
            HARMLESS,
            "x became optional",
        ),
        (
            column(nullable=True),
            column(nullable=False),
            ChangeKind.REFUSES_NULLS,
            BREAKS,
            "x refuses nulls",
        ),
        (
            column(),
            column(nullable=False),
            ChangeKind.REFUSES_NULLS,
            BREAKS,
            "x refuses nulls",
        ),
        (
            column(nullable=False),
            column(nullable=True),
            ChangeKind.TAKES_NULLS,
            HARMLESS,
            "x takes nulls",
        ),
    ],
)
def test_an_input_that_takes_less_than_before_breaks_its_callers(
    was, becomes, kind, breaking, sentence
):
    assert change(was, becomes) == (kind, breaking, sentence)


@pytest.mark.parametrize(
    ("was", "becomes", "kind", "breaking", "sentence"),
    [
        (None, column(), ChangeKind.ADDED, HARMLESS, "x was added"),
        (column(), None, ChangeKind.REMOVED, BREAKS, "x was removed"),
        (
            column("long"),
            column("double"),
            ChangeKind.RETYPED,
            BREAKS,
            "x changed from long to double",
        ),
        (
            column("double"),
            column("long"),
            ChangeKind.RETYPED,
            BREAKS,
            "x changed from double to long",
        ),
        (
            column("any"),
            column("long"),
            ChangeKind.WIDENED,
            HARMLESS,
            "x widened from any to long",
        ),
        (
            column(),
            column(required=False),
            ChangeKind.BECAME_OPTIONAL,
            BREAKS,
            "x became optional",
        ),
        (
            column(required=False),
            column(),
            ChangeKind.BECAME_REQUIRED,
            HARMLESS,
            "x became required",
        ),
        (
            column(nullable=False),
            column(),
            ChangeKind.TAKES_NULLS,
            BREAKS,
            "x may be null",
        ),
        (
            column(),
            column(nullable=False),
            ChangeKind.REFUSES_NULLS,
            HARMLESS,
            "x holds no nulls any more",
        ),
    ],
)
def test_an_output_that_gives_more_than_before_breaks_its_readers(
    was, becomes, kind, breaking, sentence
):
    assert change(was, becomes, Part.OUTPUTS) == (kind, breaking, sentence)


@pytest.mark.parametrize(
    ("was", "becomes", "kind", "breaking", "sentence"),
    [
        (
            None,
            column(required=False, default="1"),
            ChangeKind.ADDED,
            HARMLESS,
            "x was added with the default 1",
        ),
        (
            column(required=False),
            None,
            ChangeKind.REMOVED,
            BREAKS,
            "x was removed and is ignored where it is still sent",
        ),
        (
            column("long"),
            column("float"),
            ChangeKind.WIDENED,
            HARMLESS,
            "x widened from long to float",
        ),
        (
            column("boolean"),
            column("integer"),
            ChangeKind.RETYPED,
            BREAKS,
            "x changed from boolean to integer",
        ),
        (
            column("long"),
            column("double", shape=(-1,)),
            ChangeKind.RETYPED,
            BREAKS,
            "x changed from long to double tensor (-1)",
        ),
        (
            column("long"),
            column("long", shape=(-1,)),
            ChangeKind.RESHAPED,
            BREAKS,
            "x changed from long to long tensor (-1)",
        ),
        (
            column(default="0.5"),
            column(default="0.7"),
            ChangeKind.DEFAULT_CHANGED,
            HARMLESS,
            "x has the default 0.7 in place of 0.5",
        ),
    ],
)
def test_a_parameter_that_is_not_heeded_any_more_breaks_its_callers(
    was, becomes, kind, breaking, sentence
):
    assert change(was, becomes, Part.PARAMS) == (kind, breaking, sentence)


@pytest.mark.parametrize(
    ("was", "becomes", "of_inputs", "of_outputs"),
    [
        ((-1, 28), (-1, 28, 1), BREAKS, BREAKS),
        ((-1, 28), (-1, -1), HARMLESS, BREAKS),
        ((-1, -1), (-1, 28), BREAKS, HARMLESS),
        ((-1, 28), (-1, 32), BREAKS, BREAKS),
        ((1, 28), (-1, 28), HARMLESS, BREAKS),
    ],
)
def test_a_shape_may_open_where_it_is_taken_and_close_where_it_is_given(
    was, becomes, of_inputs, of_outputs
):
    sides = column("float32", shape=was), column("float32", shape=becomes)

    assert change(*sides)[:2] == (ChangeKind.RESHAPED, of_inputs)
    assert change(*sides, Part.OUTPUTS)[:2] == (ChangeKind.RESHAPED, of_outputs)


def test_a_tensor_is_wanted_in_its_very_type():
    sides = column("float32", shape=(-1,)), column("float64", shape=(-1,))

    assert change(*sides) == (
        ChangeKind.RETYPED,
        BREAKS,
        "x changed from float32 tensor (-1) to float64 tensor (-1)",
    )


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        (
            structure(zip=column("string"), flat=column("long")),
            structure(zip=column("string")),
            (ChangeKind.REMOVED, BREAKS, "x.flat was removed"),
        ),
        (
            structure(zip=column("string")),
            structure(zip=column("string"), flat=column("long", required=False)),
            (ChangeKind.ADDED, HARMLESS, "x.flat was added and is optional"),
        ),
        (
            of("array", column("long")),
            of("array", column("double")),
            (ChangeKind.RETYPED, BREAKS, "x[] changed from long to double"),
        ),
        (
            of("map", column("float")),
            of("map", column("double")),
            (ChangeKind.WIDENED, HARMLESS, "x{} widened from float to double"),
        ),
        (
            of("array", structure(a=column("string", required=False))),
            of("array", structure(a=column("string"))),
            (ChangeKind.BECAME_REQUIRED, BREAKS, "x[].a became required"),
        ),
        (
            of("array", column("long")),
            column("string"),
            (ChangeKind.RETYPED, BREAKS, "x changed from array of long to string"),
        ),
        (
            of("map", of("array", column("long"))),
            column("any"),
            (ChangeKind.WIDENED, HARMLESS, "x widened from map of array of long to any"),
        ),
    ],
)
def test_what_lies_within_a_column_is_named_by_its_path(was, becomes, told):
    """Nothing casts it there, and a field that an object does not declare is refused."""
    assert change(was, becomes) == told


def within(low=None, high=None, **more):
    return column(min=low, max=high, **more)


HELD = {"enforced": True}


@pytest.mark.parametrize(
    ("was", "becomes", "kind", "of_inputs", "of_outputs", "sentence"),
    [
        (
            within(0, 120),
            within(18, 120),
            ChangeKind.RANGE_NARROWED,
            HARMLESS,
            HARMLESS,
            "x narrowed from 0 to 120 to 18 to 120",
        ),
        (
            within(0, 120, **HELD),
            within(18, 120, **HELD),
            ChangeKind.RANGE_NARROWED,
            BREAKS,
            HARMLESS,
            "x narrowed from 0 to 120 to 18 to 120, which is enforced",
        ),
        (
            within(),
            within(0, **HELD),
            ChangeKind.RANGE_NARROWED,
            BREAKS,
            HARMLESS,
            "x narrowed from any value to at least 0, which is enforced",
        ),
        (
            within(0, 100),
            within(None, 100),
            ChangeKind.RANGE_WIDENED,
            HARMLESS,
            HARMLESS,
            "x widened from 0 to 100 to at most 100",
        ),
        (
            within(0, 100, **HELD),
            within(0, 200, **HELD),
            ChangeKind.RANGE_WIDENED,
            HARMLESS,
            BREAKS,
            "x widened from 0 to 100 to 0 to 200",
        ),
        (
            within(0, 100),
            within(0, 100, **HELD),
            ChangeKind.ENFORCED,
            BREAKS,
            HARMLESS,
            "x is now held to what is declared of it",
        ),
        (
            within(0, 100, **HELD),
            within(0, 100),
            ChangeKind.NOT_ENFORCED,
            HARMLESS,
            BREAKS,
            "x is not held any more to what was declared of it",
        ),
        (
            column("string", categories=("a", "b")),
            column("string", categories=("a",)),
            ChangeKind.CATEGORIES_LOST,
            HARMLESS,
            HARMLESS,
            "x lost b",
        ),
        (
            column("string", categories=("a", "b"), **HELD),
            column("string", categories=("a",), **HELD),
            ChangeKind.CATEGORIES_LOST,
            BREAKS,
            HARMLESS,
            "x lost b, which is enforced",
        ),
        (
            column("string"),
            column("string", categories=("a", "b"), **HELD),
            ChangeKind.CATEGORIES_LOST,
            BREAKS,
            HARMLESS,
            "x takes only a, b, which is enforced",
        ),
        (
            column("string", categories=("a",), **HELD),
            column("string", categories=("a", "b"), **HELD),
            ChangeKind.CATEGORIES_GAINED,
            HARMLESS,
            BREAKS,
            "x gained b",
        ),
        (
            column("string", categories=("a",)),
            column("string"),
            ChangeKind.CATEGORIES_GAINED,
            HARMLESS,
            HARMLESS,
            "x may be of any category",
        ),
    ],
)
def test_what_is_declared_breaks_only_where_it_is_enforced(
    was, becomes, kind, of_inputs, of_outputs, sentence
):
    """Ranges seen in training say nothing of what the model refuses."""
    assert change(was, becomes) == (kind, of_inputs, sentence)
    assert change(was, becomes, Part.OUTPUTS)[:2] == (kind, of_outputs)


def test_a_range_can_move_and_then_both_ends_are_told():
    changes = schema_changes((within(0, 10, **HELD),), (within(5, 20, **HELD),))

    assert [(one.kind, one.breaking) for one in changes] == [
        (ChangeKind.RANGE_NARROWED, True),
        (ChangeKind.RANGE_WIDENED, False),
    ]


def test_a_change_holds_what_was_and_what_became_of_it():
    [one] = schema_changes((column("double"),), (column("long"),))

    assert (one.part, one.column, one.before, one.after) == (Part.INPUTS, "x", "double", "long")


def test_a_type_without_what_is_in_it_is_spelled_all_the_same():
    assert spell_type(column("array")) == "array"
    assert spell_type(structure(a=column())) == "object"


def test_breaking_and_harmless_changes_come_apart_by_name():
    old = [column("integer", "age"), column("string", "zip")]
    new = [column("long", "age"), column("double", "income")]

    assert compare_schemas(old, new) == (
        ["income was added and is required"],
        ["age widened from integer to long", "zip was removed"],
    )


plain = st.builds(
    ColumnSpec,
    name=st.sampled_from("abc"),
    type=st.sampled_from(TYPES),
    required=st.booleans(),
    nullable=st.sampled_from([None, True, False]),
    min=st.sampled_from([None, 0.0, 1.0]),
    max=st.sampled_from([None, 10.0, 20.0]),
    categories=st.sampled_from([None, ("a",), ("a", "b")]),
    enforced=st.booleans(),
    shape=st.sampled_from([None, (-1,), (-1, 3)]),
    default=st.sampled_from([None, "1"]),
)
columns = st.lists(
    st.one_of(
        plain,
        plain.map(lambda inner: of("array", inner)),
        st.lists(plain, max_size=2).map(lambda fields: column("object", fields=tuple(fields))),
    ),
    max_size=3,
)


@given(columns, st.sampled_from(list(Part)))
@settings(max_examples=50)
def test_no_change_is_no_change(one, part):
    assert schema_changes(one, one, part) == ()


@given(columns, columns)
@settings(max_examples=50)
def test_what_is_told_of_a_declaration_is_the_opposite_on_the_way_back(one, other):
    """What breaks the callers of inputs that narrow breaks no reader of outputs that do."""
    declared = {
        ChangeKind.RANGE_NARROWED: ChangeKind.RANGE_WIDENED,
        ChangeKind.CATEGORIES_LOST: ChangeKind.CATEGORIES_GAINED,
        ChangeKind.REFUSES_NULLS: ChangeKind.TAKES_NULLS,
        ChangeKind.ENFORCED: ChangeKind.NOT_ENFORCED,
        ChangeKind.BECAME_REQUIRED: ChangeKind.BECAME_OPTIONAL,
    }
    forth = schema_changes(one, other)
    back = schema_changes(other, one, Part.OUTPUTS)

    assert {
        (change.column, declared[change.kind], change.breaking)
        for change in forth
        if change.kind in declared
    } == {
        (change.column, change.kind, change.breaking)
        for change in back
        if change.kind in declared.values()
    }
