"""What Azure Machine Learning's own model monitoring costs a month, on serverless Spark.

A run of a monitor is a pipeline of Spark jobs, each of which starts its own machines; its price is
jobs times vCores times minutes. The counts are those of Microsoft's own components, the minutes
the least that its documentation gives for the start of a session (`prices.toml`, facts).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmarks.cost_bill import DAYS, USUAL, bill, fact, priced, total
from benchmarks.cost_counts import Counts

SIGNALS = ("data_drift_jobs", "prediction_drift_jobs", "data_quality_jobs")
ALONE = {
    *("drift", "collection", "alerts", "heartbeat", "sweep"),
    *("timer drift", "timer collection", "timer alerts", "timer heartbeat", "timer retention"),
}
"""What is left of Driftgate where no other schedule fires."""
CHEAPEST = "all that is not known in its favour: the last two, and half the minutes"
_REUSED = 3
"""Jobs that see the reference alone: two of feature importance and one of statistics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """One monitor as it is set up out of the box, and what its Spark jobs are assumed to take."""

    signals: tuple[str, ...] = SIGNALS
    collected: int
    minutes: float
    vcores: float
    price: str = "spark_vcore_hours"
    fewer: int = 0

    @property
    def jobs(self) -> int:
        """Spark jobs a run."""
        each = sum(int(fact(signal)) for signal in self.signals)
        return each + self.collected + int(fact("manifest_jobs")) - self.fewer

    @property
    def vcore_hours(self) -> float:
        """What is billed of a run."""
        return self.jobs * self.vcores * self.minutes / 60

    @property
    def run(self) -> float:
        """Dollars a run."""
        return priced(self.price, self.vcore_hours)

    def month(self, models: int, runs_a_day: float = 1.0) -> float:
        """Dollars a month of so many models: nothing of it is shared between them."""
        return self.run * runs_a_day * DAYS * models


def out_of_the_box() -> Monitor:
    """Data drift, prediction drift and data quality against the recent past, on the least."""
    return Monitor(
        collected=int(fact("collected_jobs")), minutes=fact("least_minutes"), vcores=fact("vcores")
    )


def variants() -> Mapping[str, Monitor]:
    """What the sum rests on, each changed by itself."""
    usual = out_of_the_box()
    return {
        "as above": usual,
        "half the minutes": replace(usual, minutes=usual.minutes / 2),
        "twice the minutes": replace(usual, minutes=usual.minutes * 2),
        f"{fact('measured_minutes')} minutes, as in Microsoft's own tests": replace(
            usual, minutes=fact("measured_minutes")
        ),
        "Standard_E8s_v3, where a job takes both machines whole": replace(usual, vcores=16),
        "the signal data drift alone": replace(usual, signals=SIGNALS[:1], collected=2),
        "the vCore at the price of a plain virtual machine": replace(
            usual, price="machine_vcore_hours"
        ),
        "training data as the reference, whose unchanged steps are reused": replace(
            usual, collected=2, fewer=_REUSED
        ),
        CHEAPEST: replace(
            usual,
            minutes=usual.minutes / 2,
            price="machine_vcore_hours",
            collected=2,
            fewer=_REUSED,
        ),
    }


def drift_alone(day: Counts, models: int, runs_a_day: float = 1.0) -> float:
    """Dollars a month of Driftgate for the same signals and schedule, and nothing else it does.

    Every model has rows, all of them read at each run; the looks whether rows came stay hourly.
    """
    part = day.only(ALONE).at(models)
    return total(bill(part, replace(USUAL, with_rows=1.0, readings=runs_a_day)))
