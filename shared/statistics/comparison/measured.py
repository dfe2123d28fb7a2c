"""A column's numbers by name, each made when it is first asked for."""

from collections.abc import Callable, Iterator, Mapping

from shared.statistics.distances.column_pair import ColumnPair
from shared.statistics.distances.distance import Distance
from shared.statistics.distances.registry import DISTANCES


class Distances(Mapping[str, Distance]):
    """Every distance that applies to a column, in one fixed order.

    Those with a limit are measured at once, since they make the verdict. The others are measured
    when read: a look at stored profiles needs none of them, a report all. The value of each is a
    function of the counts alone, so it does not matter when it is read.
    """

    __slots__ = ("_confidence", "_known", "_names", "_pair")

    def __init__(self, pair: ColumnPair, limits: Mapping[str, float], confidence: float) -> None:
        self._pair = pair
        self._confidence = confidence
        self._names = tuple(name for name, kind in DISTANCES.items() if kind.applies_to(pair.base))
        self._known = {
            name: DISTANCES[name].judge(pair, limit, confidence) for name, limit in limits.items()
        }

    def __getitem__(self, name: str) -> Distance:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = DISTANCES[name].judge(self._pair, None, self._confidence)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Distances({', '.join(self._names)})"


class Detectable(Mapping[str, float]):
    """The smallest changes so many rows would have shown, found when one is first read."""

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[], dict[str, float]]) -> None:
        self._find = find
        self._found: dict[str, float] | None = None

    def _all(self) -> dict[str, float]:
        if self._found is None:
            self._found = self._find()
        return self._found

    def __getitem__(self, name: str) -> float:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"Detectable({self._all()})"
