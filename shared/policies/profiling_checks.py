"""What a policy may say of the engine that counts its rows."""

import re
from collections.abc import Iterator

from shared.domain.policy import Engine, ProfilesPolicy

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")


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
    if profiles.spark is not None and not 1 <= profiles.spark.executors <= 100:
        yield f"profiles.spark.executors is {profiles.spark.executors}; give 1 to 100"
