"""What the types of `profiles` cannot say: an engine and where its rows lie fit each other."""

from collections.abc import Iterator

from shared.domain.policy import Engine, ProfilesPolicy
from shared.domain.table_names import is_column_name, is_table_name

_MOST_EXECUTORS = 100


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
    if profiles.spark is not None and not 1 <= profiles.spark.executors <= _MOST_EXECUTORS:
        yield (
            f"profiles.spark.executors is {profiles.spark.executors}; give 1 to {_MOST_EXECUTORS}"
        )


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
