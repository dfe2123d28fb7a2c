"""Streams of rows in which nothing changes, or one thing does: twenty columns of many shapes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.profiles import baseline
from shared.profiles.grid import count_between
from shared.statistics.profile import CategoricalColumn, Column, NumericColumn, Profile

Floats = npt.NDArray[np.float64]

NUMERIC = 12
LEVELS = (2, 3, 5, 8, 12, 20, 50, 100)
COLUMNS = NUMERIC + len(LEVELS)
KINDS = ("independent", "autocorrelated", "day offset", "weekly seasonal")
_AUTOCORRELATION = 0.6
_DAY_OFFSET = 0.05
_WEEKLY = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes: a shift or a factor on the spread of latent columns, categories or nulls.

    `mix` is how many points of share the second value of a category of eight gains.
    """

    shift: float = 0.0
    spread: float = 1.0
    columns: tuple[int, ...] = ()
    mix: float = 0.0
    nulls: float | None = None


NOTHING = Change()


class Stream:
    """Draws windows of rows; latent columns are normal, some of them correlated."""

    def __init__(self, kind: str, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._kind = kind
        loading = np.zeros(COLUMNS)
        loading[[0, 1, 2, 5, 12, 15]] = 0.7
        self._loading = loading
        self._phase = self._random.uniform(0, 2 * np.pi, COLUMNS)
        self._last = self._random.standard_normal(COLUMNS)
        self._day = 0
        self._cuts = [np.cumsum(_shares(levels))[:-1] for levels in LEVELS]

    def draw(
        self, rows: int, change: Change = NOTHING
    ) -> tuple[list[Floats], list[npt.NDArray[np.int64]]]:
        """Numeric columns as they would be logged, and the codes of the categorical ones."""
        z = self._noise(rows)
        if self._kind == "day offset":
            z += _DAY_OFFSET * self._random.standard_normal(COLUMNS)
        if self._kind == "weekly seasonal":
            z += _WEEKLY * np.sin(2 * np.pi * self._day / 7 + self._phase)
        self._day += 1
        for column in change.columns:
            z[:, column] = z[:, column] * change.spread + change.shift
        numeric = [_shaped(index, z[:, index]) for index in range(NUMERIC)]
        hidden = 0.05 if change.nulls is None else change.nulls
        numeric[3] = np.where(self._random.random(rows) < hidden, np.nan, numeric[3])
        codes = []
        for index, cuts in enumerate(self._cuts):
            uniform = _normal_cdf(z[:, NUMERIC + index])
            code = np.searchsorted(cuts, uniform)
            if change.mix and index == 3:
                others = 1.0 - _shares(LEVELS[index])[1]
                moved = self._random.random(rows) < change.mix / others
                code = np.where(moved & (code != 1), 1, code)
            codes.append(code)
        return numeric, codes

    def _noise(self, rows: int) -> Floats:
        fresh = self._random.standard_normal((rows, COLUMNS))
        shared = self._random.standard_normal(rows)
        own = np.sqrt(1 - self._loading**2)
        mixed = fresh * own + shared[:, None] * self._loading
        if self._kind != "autocorrelated":
            return mixed
        from scipy.signal import lfilter

        scale = np.sqrt(1 - _AUTOCORRELATION**2)
        start = _AUTOCORRELATION * self._last
        filtered, _ = lfilter([scale], [1.0, -_AUTOCORRELATION], mixed, axis=0, zi=start[None, :])
        self._last = filtered[-1].copy()
        return np.asarray(filtered)


def _normal_cdf(z: Floats) -> Floats:
    from scipy import special

    return np.asarray(special.ndtr(z))


def _shares(levels: int) -> Floats:
    raw = 1.0 / np.arange(1, levels + 1) ** 0.6
    return raw / raw.sum()


def _shaped(index: int, z: Floats) -> Floats:
    """Twelve shapes of one standard normal: skewed, heavy-tailed, bounded, rounded, with zeros."""
    if index in {0, 3}:
        return z.copy()
    if index == 1:
        return np.exp(z)
    if index == 2:
        return _normal_cdf(z)
    if index == 4:
        return -np.log1p(-_normal_cdf(z) * (1 - 1e-12))
    if index == 5:
        return np.sinh(z)
    if index == 6:
        return np.round(2 * z)
    if index == 7:
        return np.maximum(z - 0.5, 0.0)
    if index == 8:
        return z + 4.0 * (z > 0.3)
    if index == 9:
        return np.floor(_normal_cdf(z) * 10)
    if index == 10:
        return np.sign(z) * z * z
    return np.floor(np.exp(0.7 * z))


def baseline_and_chunks(stream: Stream, chunks: int, rows: int) -> tuple[Profile, list[Profile]]:
    """Profile `chunks` windows of `rows` rows as one baseline, and each of them by itself."""
    drawn = [stream.draw(rows) for _ in range(chunks)]
    frame: dict[str, object] = {
        f"x{i}": np.concatenate([numeric[i] for numeric, _ in drawn]) for i in range(NUMERIC)
    }
    base = baseline(frame)
    columns: dict[str, Column] = dict(base.columns)
    for i, levels in enumerate(LEVELS):
        codes = np.concatenate([each[i] for _, each in drawn])
        columns[f"c{i}"] = _categories(codes, levels)
    from dataclasses import replace

    from shared.statistics.profile import binning_hash

    whole = replace(base, columns=columns, baseline_hash=binning_hash(columns))
    return whole, [profile_of(each, whole) for each in drawn]


def profile_of(drawn: tuple[list[Floats], list[npt.NDArray[np.int64]]], base: Profile) -> Profile:
    """The profile of drawn rows in the bins of a baseline."""
    numeric, codes = drawn
    columns: dict[str, Column] = {}
    for i, values in enumerate(numeric):
        like = base.columns[f"x{i}"]
        if not isinstance(like, NumericColumn):
            raise TypeError(f"x{i} is not numeric")
        finite = values[np.isfinite(values)]
        shifted = finite - like.shift
        columns[f"x{i}"] = NumericColumn(
            edges=like.edges,
            counts=count_between(finite, np.asarray(like.edges)),
            shift=like.shift,
            nans=len(values) - len(finite),
            minimum=float(finite.min()),
            maximum=float(finite.max()),
            shifted_sum=float(shifted.sum()),
            shifted_squares=float(shifted @ shifted),
        )
    for i, levels in enumerate(LEVELS):
        columns[f"c{i}"] = _categories(codes[i], levels)
    return Profile(columns=columns, rows=len(numeric[0]), baseline_hash=base.baseline_hash)


def _categories(codes: npt.NDArray[np.int64], levels: int) -> CategoricalColumn:
    names = tuple(f"v{level}" for level in range(levels))
    return CategoricalColumn(
        values=names, counts=np.bincount(codes, minlength=levels), known=tuple(sorted(names))
    )
