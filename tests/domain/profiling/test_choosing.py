"""Which engine counts, by the policy and by the size of the files."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.collected import CollectedFile
from shared.domain.decisions.profiling.choosing import choose_engine, part_bytes, seconds_of
from shared.domain.policy import Engine, ProfilesPolicy, SparkPolicy
from shared.domain.profiling import MOST_PARTS, Capacity, ProfilingOrder, bits, parts_of, with_bits
from shared.errors import InvalidData

CAPACITY = Capacity(memory=2048 << 20, seconds=600.0)
SPARK = SparkPolicy()


def files(count, size, ending="parquet"):
    return [
        CollectedFile(place=f"account/rows/{number:05}.{ending}", version="1", bytes=int(size))
        for number in range(count)
    ]


def chosen(listed, **policy):
    return choose_engine(ProfilesPolicy(**policy), listed, CAPACITY)


def test_few_bytes_are_counted_by_the_function_and_the_sentence_says_how_long_it_takes():
    choice = chosen(files(24, 1e6))

    assert (choice.engine, choice.in_parts) == (Engine.LOCAL, False)
    assert choice.sentence.startswith("24 files of 24.0 MB are counted by the function itself")


def test_no_file_at_all_is_counted_by_the_function():
    assert chosen([]).engine is Engine.LOCAL


def test_more_than_an_instance_holds_is_counted_in_parts_where_no_spark_is_named():
    choice = chosen(files(1440, 4e6))

    assert (choice.engine, choice.in_parts) == (Engine.LOCAL, True)
    assert choice.sentence.endswith("so they are counted in parts, side by side.")


def test_more_than_an_instance_holds_is_a_spark_job_where_the_policy_has_one():
    choice = chosen(files(1440, 4e6), spark=SPARK)

    assert choice.engine is Engine.SPARK
    assert choice.sentence.endswith("so a Spark job counts them.")


def test_local_never_starts_a_spark_job():
    assert chosen(files(1440, 4e6), spark=SPARK, engine=Engine.LOCAL).in_parts


def test_spark_is_started_for_whatever_size_when_the_policy_asks_for_it():
    assert chosen(files(1, 10), engine=Engine.SPARK).engine is Engine.SPARK


@pytest.mark.parametrize("engine", [Engine.AUTO, Engine.LOG_ANALYTICS])
def test_rows_in_a_table_are_counted_there(engine):
    choice = chosen(files(200, 1e9), engine=engine, table="LoanRows_CL")

    assert choice.engine is Engine.LOG_ANALYTICS
    assert "LoanRows_CL" in choice.sentence


def test_a_file_that_no_instance_can_count_is_refused_with_the_way_out():
    listed = [*files(2, 1e6), *files(1, 3e9, "jsonl")]

    with pytest.raises(
        InvalidData, match=r"00000\.jsonl has 3\.0 GB.*`engine: spark` in `profiles`"
    ):
        chosen(listed)


def test_a_file_that_takes_too_long_is_refused_by_its_time_and_not_by_its_size():
    capacity = Capacity(memory=2048 << 20, seconds=30.0)

    with pytest.raises(
        InvalidData, match=r"has 200\.0 MB, .* about 20 s of the 15 s that it plans"
    ):
        choose_engine(ProfilesPolicy(), files(1, 2e8, "jsonl"), capacity)


def test_a_format_that_takes_long_is_in_parts_although_it_fits_into_memory():
    capacity = Capacity(memory=64 << 30, seconds=60.0)

    choice = choose_engine(ProfilesPolicy(), files(1000, 4e6, "jsonl"), capacity)

    assert choice.in_parts
    assert seconds_of(files(1, 1e6, "jsonl")[0]) > seconds_of(files(1, 1e6)[0])


def order(inputs, outputs=(), most=1000):
    return ProfilingOrder(
        model="loan",
        version="7",
        baseline_hash="b",
        engine=Engine.LOCAL,
        cuts=(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        part_bytes=most,
    )


@given(
    inputs=st.lists(st.integers(1, 3000), max_size=60),
    outputs=st.lists(st.integers(1, 3000), max_size=20),
    most=st.integers(1, 2000),
)
def test_parts_hold_every_file_once_in_order_and_none_holds_more_than_it_may(inputs, outputs, most):
    made = order(
        [one for size in inputs for one in files(1, size)],
        [one for size in outputs for one in files(1, size)],
        most,
    )

    parts = parts_of(made)

    assert [part.number for part in parts] == list(range(len(parts)))
    for side, wanted in ((False, made.inputs), (True, made.outputs)):
        held = [file for part in parts if part.of_outputs is side for file in part.files]
        assert tuple(held) == wanted
    for part in parts:
        assert len(part.files) == 1 or sum(file.bytes for file in part.files) <= most


def test_there_are_never_many_more_parts_than_may_be():
    many = files(25_000, 1_000)

    assert len(parts_of(order(many, most=1))) <= 2 * MOST_PARTS


def test_the_same_files_and_cuts_are_the_same_order():
    assert order(files(3, 5)).id == order(files(3, 5)).id
    assert order(files(3, 5)).id != order(files(3, 6)).id


def test_four_parts_side_by_side_fit_into_an_instance():
    assert 4 * part_bytes(CAPACITY) <= CAPACITY.memory / 2


@given(st.frozensets(st.integers(0, 10_000), max_size=200))
def test_numbers_come_back_from_their_bits(numbers):
    assert bits(with_bits("0", numbers)) == numbers


@pytest.mark.parametrize("policy", [{}, {"engine": Engine.SPARK}])
def test_one_file_is_told_as_one(policy):
    assert chosen(files(1, 4e6), **policy).sentence.startswith("1 file of 4.0 MB is counted by ")
