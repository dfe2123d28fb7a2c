"""What a policy may say of the engine that counts its rows."""

import re
from collections.abc import Iterator

from shared.domain.policy import Engine, ProfilesPolicy
from shared.domain.policy.profiles import (
    MOST_EXECUTORS,
    SPARK_CORES,
    SPARK_RUNTIMES,
    SparkPolicy,
)

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_CLIENT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def profiling_problems(profiles: ProfilesPolicy) -> Iterator[str]:
    """Each fault as a sentence without its full stop."""
    table = profiles.table
    if profiles.engine is Engine.LOG_ANALYTICS and table is None:
        yield (
            "profiles.engine is log_analytics and no table holds the rows; name it in "
            "profiles.table"
        )
    if table is not None and not _TABLE.fullmatch(table):
        yield (
            f"profiles.table is {table[:80]!r}; give a table's name of letters, digits and "
            "underscores, such as LoanRows_CL"
        )
    if table is not None and profiles.engine in {Engine.LOCAL, Engine.SPARK}:
        yield (
            f"profiles.engine is {profiles.engine.value} and profiles.table names a table, which "
            "only log_analytics counts; leave one of them out"
        )
    if profiles.spark is not None:
        yield from _spark_problems(profiles.spark)


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
