"""The slices of a metric that a version has, each with what makes its interval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from shared.domain.decisions.gates.measured.samples import Sample, of_some, sample
from shared.domain.decisions.gates.slices.names import Slice, slices_of
from shared.domain.policy import Margin
from shared.domain.recorded import Recorded, recorded
from shared.domain.world import ModelVersion

_ROWS = "n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """A metric by slice; `unreadable` says what is recorded of others in place of a number."""

    metric: str
    samples: Mapping[Slice, Sample]
    unreadable: tuple[str, ...] = ()

    def groups(self) -> list[Mapping[Slice, Sample]]:
        """The slices by the columns that cut them out: only those of one group are compared."""
        columns = sorted({one.columns for one in self.samples})
        return [
            {one: found for one, found in self.samples.items() if one.columns == named}
            for named in columns
        ]


def read_slices(version: ModelVersion, metric: str, names: Iterable[str]) -> Sliced:
    """The slices of a metric out of all the names that something is recorded under.

    Rows are counted under `n`, or by class, of the same slice: `n/region/north`.
    """
    names = list(names)
    named: dict[str, dict[Slice, str]] = {}

    def look(one: Slice, counted: str) -> Recorded | None:
        if counted not in named:
            named[counted] = slices_of(counted, names)
        name = named[counted].get(one)
        return None if name is None else recorded(version, name)

    margin = Margin(n=None if of_some(metric, Margin()) else _ROWS)
    samples: dict[Slice, Sample] = {}
    unreadable = []
    for one in slices_of(metric, names):
        found = look(one, metric)
        if found is not None and found.value is not None:
            samples[one] = sample(metric, found.value, margin, partial(look, one))
        elif found is not None:
            unreadable.append(found.wrong)
    return Sliced(metric=metric, samples=samples, unreadable=tuple(unreadable))
