"""What the types of `profiles` cannot say: an engine and where its rows lie fit each other."""

import re
from collections.abc import Iterator

from shared.domain.policy import Engine, ProfilesPolicy
from shared.domain.policy.profiles import (
    MOST_EXECUTORS,
    SPARK_CORES,
    SPARK_RUNTIMES,
    SparkPolicy,
)
from shared.domain.table_names import is_column_name, is_table_name

_CLIENT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def profiling_problems(profiles: ProfilesPolicy) -> Iterator[str]:
    """Each fault of a model's `profiles`, as a sentence without its full stop."""
    engine, table = profiles.engine, profiles.table
    if table is None:
        yield from _without_table(profiles)
    elif engine not in {Engine.AUTO, Engine.LOG_ANALYTICS}:
        yield (
            f"profiles.table is set, but the engine {engine} counts files; write "
            "`engine: log_analytics`, or leave the table out"
        )
    elif profiles.spark is not None:
        yield (
            "profiles.spark is set beside a table, whose rows no Spark reads; leave one of them out"
        )
    if table is not None and not is_table_name(table):
        yield (
            f"profiles.table is {table[:80]!r}, which is no table's name; give 4 to 63 letters, "
            "digits and underscores, such as LoanRows_CL"
        )
    if not is_column_name(profiles.time_column):
        yield (
            f"profiles.time_column is {profiles.time_column[:80]!r}, which is no column's name; "
            "give at most 45 letters, digits and underscores, such as TimeGenerated"
        )
    if profiles.spark is not None and engine is Engine.LOCAL:
        yield (
            "profiles.spark is set, but the engine local starts no Spark; write `engine: auto` or "
            "`engine: spark`, or leave it out"
        )
    if profiles.spark is not None:
        yield from _spark_problems(profiles.spark)


def _without_table(profiles: ProfilesPolicy) -> Iterator[str]:
    if profiles.engine is Engine.LOG_ANALYTICS:
        yield (
            "profiles.engine is log_analytics without a table; name the one that holds the rows in "
            "`profiles.table`"
        )
    if profiles.time_column != ProfilesPolicy().time_column:
        yield (
            "profiles.time_column is set without a table; files say themselves which column is "
            "their time, so leave it out, or name the table"
        )


def _spark_problems(spark: SparkPolicy) -> Iterator[str]:
    if spark.instance not in SPARK_CORES:
        known = ", ".join(SPARK_CORES)
        yield f"profiles.spark.instance is {spark.instance[:80]!r}; choose one of {known}"
    if not 1 <= spark.executors <= MOST_EXECUTORS:
        yield f"profiles.spark.executors is {spark.executors}; give 1 to {MOST_EXECUTORS}"
    if spark.runtime not in SPARK_RUNTIMES:
        yield (
            f"profiles.spark.runtime is {spark.runtime[:80]!r}; write {SPARK_RUNTIMES[0]!r}, the "
            "one whose Python is new enough for the job"
        )
    if spark.identity is not None and not _CLIENT_ID.fullmatch(spark.identity):
        yield (
            f"profiles.spark.identity is {spark.identity[:80]!r}; give the client id of the "
            "identity, which is a GUID"
        )
