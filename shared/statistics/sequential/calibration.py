"""How much unchanged windows differ by nature, learnt from the baseline's own chunks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.errors import InvalidData
from shared.statistics.profile import Profile
from shared.statistics.sequential.channels import Channel, Totals, channels_of
from shared.statistics.sequential.joint import eigenvalues_of
from shared.statistics.sequential.moderation import look_independent, moderate

Floats = npt.NDArray[np.float64]

NEEDED_CHUNKS = 10
MOST_CHANNELS = 36_000
"""Those of five thousand numeric columns: what their evidence takes fits a state in the ledger."""
MOST_OF_ANSWERS = 4_000
"""The same of what a model answers, whose evidence lies beside that of its inputs."""
MOST_OFFSETS = 2_500_000
"""Channels times phases of the week: of hours those of two thousand numeric columns."""
_SIGNIFICANT = 1e-3
_ENOUGH_OF_A_PHASE = 3
_MOST_CORRELATION = 0.9
_OFTEN = 2.0
_LARGE = 0.1
_SELDOM = "seldom"
_DOUBT = 0.05
_ERRORS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """What a channel's total does in windows where nothing changed.

    `inflation` is the variance of a total over that of independent rows, at least 1, with what is
    left of serial correlation in it. `shares` holds the probability of each share channel (0 for
    the others), `rows` the baseline's rows, `eigenvalues` those of the correlation of the location
    channels. `offsets` gives the mean a row by phase (day of the
    week, hour of the day) where phases differ, else none.
    """

    baseline_hash: str
    rows: int
    chunks: int
    inflation: Floats
    shares: Floats
    eigenvalues: Floats
    offsets: Floats | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values that `from_json` reads back exactly."""
        return {
            "baseline_hash": self.baseline_hash,
            "rows": self.rows,
            "chunks": self.chunks,
            "inflation": self.inflation.tolist(),
            "shares": self.shares.tolist(),
            "eigenvalues": self.eigenvalues.tolist(),
            "offsets": None if self.offsets is None else self.offsets.tolist(),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        offsets = plain["offsets"]
        return cls(
            **{
                **plain,
                "inflation": np.asarray(plain["inflation"], dtype=float),
                "shares": np.asarray(plain["shares"], dtype=float),
                "eigenvalues": np.asarray(plain["eigenvalues"], dtype=float),
                "offsets": None if offsets is None else np.asarray(offsets, dtype=float),
            }
        )


def calibrate(
    base: Profile, chunks: Sequence[Profile], phases: Sequence[int] | None = None
) -> Calibration:
    """Learn over-dispersion, serial correlation and season from chunks in the order of time.

    Each channel's over-dispersion is the chunks' Pearson variance, moderated within its group
    and taken at its upper 95 % limit. Serial correlation r inflates it by (1 + r)/(1 − r), the
    long-run variance of a first-order process. `phases` numbers each chunk's place in the season;
    a season is taken in only where an F test over all channels wants it at 0.001.
    Source: McCullagh and Nelder, Generalized Linear Models (1989), 4.5; Smyth (2004).
    Raises InvalidData for chunks of another baseline, fewer than ten with rows, or a season of
    too many parts for so many columns.
    """
    if any(chunk.baseline_hash != base.baseline_hash for chunk in chunks):
        raise InvalidData("A chunk was profiled against another baseline; profile it with this.")
    channels = channels_of(base)
    totals = Totals(channels)
    counted = [totals(chunk) for chunk in chunks if chunk.rows]
    if len(counted) < NEEDED_CHUNKS:
        raise InvalidData(
            f"The baseline gives {len(counted)} chunks with rows; {NEEDED_CHUNKS} are needed to "
            "know how much unchanged windows differ."
        )
    rows = np.array([each for each, _ in counted])
    sums = np.array([each for _, each in counted])
    shares = share_of(channels, base.rows)
    spread = np.where(shares > 0, shares * (1 - shares), 1.0)
    residuals = (sums - rows * shares) / np.sqrt(np.maximum(rows, 1.0) * spread)
    offsets = None
    used = 1.0
    if phases is not None:
        kept = np.array([p for p, chunk in zip(phases, chunks, strict=True) if chunk.rows])
        design = _season(kept)
        if design is not None and _differs(residuals, design):
            _refuse_long_season(len(channels) * (int(kept.max()) + 1))
            offsets = _offsets(sums, rows, shares, kept)
            residuals = (sums - rows * (shares + offsets[kept])) / np.sqrt(
                np.maximum(rows, 1.0) * spread
            )
            used = float(design.shape[1])
    inflation = _inflation(channels, residuals, shares, float(rows.mean()), used)
    locations = [at for at, channel in enumerate(channels) if channel.group == "location"]
    return Calibration(
        baseline_hash=base.baseline_hash,
        rows=base.rows,
        chunks=len(counted),
        inflation=inflation,
        shares=shares,
        eigenvalues=eigenvalues_of(residuals[:, locations]) if locations else np.ones(0),
        offsets=offsets,
    )


def share_of(channels: tuple[Channel, ...], rows: int) -> Floats:
    """The probability of each share channel in the baseline, 0 for the polynomials."""
    return np.array([c.seen / max(rows, 1) if c.is_share else 0.0 for c in channels])


def refuse_too_wide(base: Profile, most: int = MOST_CHANNELS) -> None:
    """Raises InvalidData for too many channels, naming the columns that have most of them."""
    channels = channels_of(base)
    if len(channels) <= most:
        return
    by_column = Counter(channel.column for channel in channels)
    widest = [name for name, _ in by_column.most_common(5)]
    raise InvalidData(
        f"The sequential alarm would watch {len(channels)} shares and shapes of "
        f"{len(by_column)} columns, and {most} is the most; leave columns out with "
        f"`exclude`, those of most values first ({', '.join(widest)})."
    )


def _refuse_long_season(offsets: int) -> None:
    """Raises InvalidData for a season that would be larger than all else that is kept."""
    if offsets > MOST_OFFSETS:
        raise InvalidData(
            f"The weekly season of the baseline has {offsets} means, and {MOST_OFFSETS} is the "
            "most; set a longer `every`, or leave columns out with `exclude`."
        )


def _inflation(
    channels: tuple[Channel, ...], residuals: Floats, shares: Floats, rows: float, used: float
) -> Floats:
    """Over-dispersion with serial correlation, moderated group by group, at least 1.

    What moves all rows together moves a large share by more of its deviations than a small one.

    Rows that look independent in every channel are taken as that, at the upper limit of what so
    many chunks can tell. A share expected too seldom in a chunk tells nothing of its variance and
    takes the middle one of the other shares.
    """
    count = len(residuals)
    expected = shares * rows
    centred = residuals - residuals.mean(axis=0)
    variances = (centred**2).sum(axis=0) / max(count - used, 1.0)
    freedom = np.full(len(channels), count - used)
    freedom[expected > 0] /= 1.0 + 0.5 / expected[expected > 0]
    correlations = _serial(centred)
    groups = _groups(channels, shares, expected)
    told = [groups == group for group in sorted(set(groups.tolist()) - {_SELDOM})]
    if all(
        look_independent(variances[members], freedom[members])
        and not _correlated(correlations[members], count)
        for members in told
    ):
        polynomials = float(freedom[[not channel.is_share for channel in channels]].sum())
        unknown = _ERRORS * float(np.sqrt(2.0 / polynomials)) if polynomials else 0.0
        return np.full(len(channels), 1.0 + min(unknown, 1.0))
    found = np.ones(len(channels))
    for members in told:
        moderated, certain = moderate(variances[members], freedom[members])
        guarded = moderated * certain / special.chdtri(certain, 1.0 - _DOUBT)
        serial = _moderated_correlation(correlations[members], count)
        found[members] = guarded * (1.0 + serial) / (1.0 - serial)
    others = found[[channel.is_share for channel in channels] & (groups != _SELDOM)]
    found[groups == _SELDOM] = np.median(others) if others.size else 1.0
    return np.maximum(found, 1.0)


def _groups(
    channels: tuple[Channel, ...], shares: Floats, expected: Floats
) -> npt.NDArray[np.str_]:
    groups = np.array([channel.group for channel in channels], dtype="U16")
    counted = groups == "share"
    groups[counted & (shares >= _LARGE)] = "large share"
    groups[counted & (expected < _OFTEN)] = _SELDOM
    return groups


def _correlated(correlations: Floats, count: int) -> bool:
    return bool(correlations.mean() > 2.0 / np.sqrt(count * len(correlations)))


def _serial(centred: Floats) -> Floats:
    """Lag-one autocorrelation of each channel over the chunks, with its small-sample bias added."""
    below = (centred**2).sum(axis=0)
    above = (centred[1:] * centred[:-1]).sum(axis=0)
    raw = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return np.asarray(raw + 1.0 / len(centred))


def _moderated_correlation(correlations: Floats, count: int) -> Floats:
    """Shrunk to the group's mean by how much the channels differ beyond chance; never negative."""
    noise = 1.0 / count
    mean = float(correlations.mean())
    between = max(0.0, float(correlations.var()) - noise)
    kept = between / (between + noise)
    surely = mean if _correlated(correlations, count) else 0.0
    return np.clip(surely + kept * (correlations - mean), 0.0, _MOST_CORRELATION)


def _season(phases: npt.NDArray[np.int64]) -> Floats | None:
    """One column a phase, None unless there are two and each is seen often enough."""
    names, counts = np.unique(phases, return_counts=True)
    if len(names) < 2 or counts.min() < _ENOUGH_OF_A_PHASE:
        return None
    return np.asarray(phases[:, None] == names[None, :], dtype=float)


def _differs(residuals: Floats, design: Floats) -> bool:
    """An F test whether phases differ, pooled over channels by the smallest p-value's bound."""
    count, phases = design.shape
    means = (design.T @ residuals) / design.sum(axis=0)[:, None]
    within = ((residuals - design @ means) ** 2).sum(axis=0)
    total = ((residuals - residuals.mean(axis=0)) ** 2).sum(axis=0)
    usable = within > 0
    if not usable.any():
        return False
    f = ((total - within)[usable] / (phases - 1)) / (within[usable] / (count - phases))
    p_values = special.fdtrc(phases - 1, count - phases, np.maximum(f, 0.0))
    return bool(p_values.min() * usable.sum() < _SIGNIFICANT)


def _offsets(sums: Floats, rows: Floats, shares: Floats, phases: npt.NDArray[np.int64]) -> Floats:
    """Mean a row beyond the baseline's, by phase; phases never seen have none."""
    offsets = np.zeros((int(phases.max()) + 1, sums.shape[1]))
    for phase in np.unique(phases):
        at = phases == phase
        held = np.maximum(rows[at].sum(axis=0), 1.0)
        offsets[phase] = sums[at].sum(axis=0) / held - shares
    return offsets
