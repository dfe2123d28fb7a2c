"""Which engine counts the rows of a window into its profile, and where they lie for it."""

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """What counts rows into profiles; whichever it is, the counts are the same."""

    AUTO = "auto"
    LOCAL = "local"
    SPARK = "spark"
    LOG_ANALYTICS = "log_analytics"


SPARK_CORES = {
    "Standard_E4s_v3": 4,
    "Standard_E8s_v3": 8,
    "Standard_E16s_v3": 16,
    "Standard_E32s_v3": 32,
    "Standard_E64s_v3": 64,
}
"""The instances that serverless Spark of Azure Machine Learning has, with their cores."""
SPARK_RUNTIMES = ("3.5",)
"""Those whose Python is 3.11 or later, which the job needs."""
MOST_EXECUTORS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkPolicy:
    """The serverless Spark of Azure Machine Learning that a profile's job is run on."""

    instance: str = "Standard_E4s_v3"
    """The size of the driver and of each executor: Standard_E4s_v3, E8s, E16s, E32s or E64s."""
    executors: int = 2
    """So many executors. From 1 to 100."""
    runtime: str = "3.5"
    """The version of Spark; Azure Machine Learning's earlier ones have too old a Python."""
    identity: str | None = None
    """The client id of the job's identity, where several are attached to the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesPolicy:
    """What counts a model's rows: `auto` chooses by their size and says why in the decision.

    `local` is the function itself, in one piece or in parts side by side; `spark` a job of Azure
    Machine Learning; `log_analytics` a query of the `table` that holds the rows.
    """

    engine: Engine = Engine.AUTO
    """`auto`, `local`, `spark` or `log_analytics`, which needs a `table`."""
    table: str | None = None
    """The table of Log Analytics with the rows that are scored. 4 to 63 letters, digits and _."""
    time_column: str = "TimeGenerated"
    """The column of the table with the rows' times. At most 45 letters, digits and _."""
    spark: SparkPolicy | None = None
    """The Spark that may be used; without it `auto` never starts one."""
