"""How often the canary judge fails what did not change, and finds what did, beside Kayenta's rule.

Streams of two deployments, a row a minute, judged once at their end or at every tenth of the way.
The rule beside it is Kayenta's: Mann and Whitney's interval of the shift at 98 %, normal with
correction for ties; a metric fails where all of it lies beyond a quarter of its own estimate, and
what is undecided passes. `allowed 0` asks the judge for any change at all, so that its whole error
of 2 % can be seen; `defaults` allows a tenth, and a thousandth of a share. Bad is an increase.
Run: python -m benchmarks.canary [--runs 1000] [--seed 1]
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.domain.verdict import Verdict
from shared.statistics import judge
from shared.statistics.canary import CanaryConfig, Direction, MetricConfig, MetricKind
from shared.statistics.canary.rates import clopper_pearson

Array = npt.NDArray[np.float64]
Side = dict[str, Array]
Draw = Callable[[np.random.Generator, bool], Side]

DEFAULTS: dict[str, float] = {}
ZERO = {"allowed_relative": 0.0, "allowed_spread": 1.0, "allowed_tail": 1.0}
Z = 2.3263478740408408


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What a side records; the experiment differs where something changed."""

    name: str
    draw: Draw
    changed: bool = False
    looks: int = 1

    @property
    def events(self) -> bool:
        """Whether it counts events of requests."""
        return "errors" in self.name


def latency(
    shift: float = 1.0, spread: float = 0.1, slow: float = 0.0, control: int = 120, n: int = 120
) -> Draw:
    """Minutes of log-normal latency; of the experiment's some are three times as long."""

    def draw(generator: np.random.Generator, experiment: bool) -> Side:
        rows = n if experiment else control
        sigma = spread if experiment else 0.1
        values = 100.0 * generator.lognormal(0.0, sigma, rows)
        if experiment:
            values = values * shift * np.where(generator.random(rows) < slow, 3.0, 1.0)
        return {"m": values}

    return draw


def heavy(generator: np.random.Generator, _: bool) -> Side:
    """Log-normal with a long tail."""
    return {"m": 100.0 * generator.lognormal(0.0, 1.0, 120)}


def wandering(generator: np.random.Generator, _: bool) -> Side:
    """Each minute six tenths like the one before."""
    noise = generator.normal(size=120) * 0.8
    values = [generator.normal()]
    for step in noise[1:]:
        values.append(0.6 * values[-1] + step)
    return {"m": 100.0 + 5.0 * np.asarray(values)}


def ratings(generator: np.random.Generator, _: bool) -> Side:
    """Whole numbers from 1 to 5."""
    return {"m": generator.choice(np.arange(1.0, 6.0), 120, p=[0.05, 0.1, 0.2, 0.35, 0.3])}


def errors(of_control: float, of_experiment: float) -> Draw:
    """Errors of about 180 requests a minute."""

    def draw(generator: np.random.Generator, experiment: bool) -> Side:
        requests = generator.poisson(180, 120)
        share = of_experiment if experiment else of_control
        found = generator.binomial(requests, share)
        return {"m": found.astype(float), "requests": requests.astype(float)}

    return draw


STREAMS = (
    Stream(name="latency", draw=latency()),
    Stream(name="latency, 10 looks", draw=latency(), looks=10),
    Stream(name="latency, 20 minutes", draw=latency(control=20, n=20)),
    Stream(name="latency, 300 against 30", draw=latency(control=300, n=30)),
    Stream(name="long-tailed latency", draw=heavy),
    Stream(name="neighbours alike", draw=wandering),
    Stream(name="ratings", draw=ratings),
    Stream(name="errors 0.1 %", draw=errors(0.001, 0.001)),
    Stream(name="errors 0.1 %, 10 looks", draw=errors(0.001, 0.001), looks=10),
    Stream(name="latency +3 %", draw=latency(shift=1.03), changed=True),
    Stream(name="latency +20 %", draw=latency(shift=1.2), changed=True),
    Stream(name="latency +20 %, 20 minutes", draw=latency(1.2, control=20, n=20), changed=True),
    Stream(name="spread doubled", draw=latency(spread=0.2), changed=True),
    Stream(name="8 % of minutes 3 times", draw=latency(slow=0.08), changed=True),
    Stream(name="errors 0.1 to 0.3 %", draw=errors(0.001, 0.003), changed=True),
    Stream(name="errors 0.01 to 0.08 %", draw=errors(0.0001, 0.0008), changed=True),
)


def judged(stream: Stream, control: Side, experiment: Side, settings: dict[str, float]) -> Verdict:
    """The first verdict of all looks that fails, else the last."""
    keys = dict(settings)
    if stream.events:
        keys = {"allowed_relative": 0.0} if settings else {}
    metric = MetricConfig(
        direction=Direction.INCREASE,
        kind=MetricKind.PROPORTION if stream.events else MetricKind.SAMPLES,
        exposure="requests" if stream.events else None,
        **keys,
    )
    config = CanaryConfig(metrics={"m": metric})
    verdict = Verdict.INCONCLUSIVE
    for look in range(1, stream.looks + 1):
        sides = (so_far(side, look, stream.looks) for side in (control, experiment))
        result = judge(*sides, config, look=look, looks=stream.looks)
        verdict = result.metrics[0].verdict
        if verdict is Verdict.FAIL:
            break
    return verdict


def kayenta(stream: Stream, control: Side, experiment: Side) -> bool:
    """Whether Kayenta's rule fails at any look."""
    for look in range(1, stream.looks + 1):
        x, y = (per_minute(so_far(side, look, stream.looks)) for side in (control, experiment))
        differences = np.sort(np.subtract.outer(y, x).ravel())
        m, n = len(x), len(y)
        _, ties = np.unique(np.concatenate([x, y]), return_counts=True)
        tied = float((ties.astype(float) ** 3 - ties).sum()) / ((m + n) * (m + n - 1.0))
        half = Z * math.sqrt(max(0.0, m * n / 12.0 * (m + n + 1.0 - tied))) + 0.5
        low = differences[max(0, math.floor(m * n / 2.0 - half))]
        if low > 0.25 * abs(float(np.median(differences))):
            return True
    return False


def so_far(side: Side, look: int, looks: int) -> Side:
    """The rows there were at a look."""
    return {name: values[: len(values) * look // looks] for name, values in side.items()}


def per_minute(side: Side) -> Array:
    """The series Kayenta is given: each minute's value or share."""
    return side["m"] / side["requests"] if "requests" in side else side["m"]


def told(count: float, runs: int) -> str:
    """A share in %, with its exact interval of 95 %."""
    low, high = clopper_pearson(count, runs, 0.05)
    return f"{100.0 * count / runs:.1f} [{100.0 * low:.1f}, {100.0 * high:.1f}]"


def main() -> None:
    """Print one line a stream: the share of runs that fail, and of ours that are undecided."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{asked.runs} runs of each stream; shares of runs in %, with their intervals of 95 %")
    print(
        f"{'':28}{'Kayenta fails':>21}{'allowed 0 fails':>21}{'defaults fail':>21}{'undecided':>21}"
    )
    for at, stream in enumerate(STREAMS):
        if stream.changed and not STREAMS[at - 1].changed:
            print("changed")
        generator = np.random.default_rng([asked.seed, at])
        counts = np.zeros(4)
        for _ in range(asked.runs):
            sides = stream.draw(generator, False), stream.draw(generator, True)
            strict, usual = (judged(stream, *sides, settings) for settings in (ZERO, DEFAULTS))
            counts += (
                kayenta(stream, *sides),
                strict is Verdict.FAIL,
                usual is Verdict.FAIL,
                usual is Verdict.INCONCLUSIVE,
            )
        cells = [told(float(count), asked.runs) for count in counts]
        print(f"{stream.name:28}{''.join(f'{cell:>21}' for cell in cells)}")


if __name__ == "__main__":
    main()
