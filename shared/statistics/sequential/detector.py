"""The e-detector: evidence of a change that adds up over windows, with a promised run length."""

import base64
import lzma
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.statistics.profile import Profile
from shared.statistics.sequential.calibration import Calibration
from shared.statistics.sequential.channels import (
    Channel,
    Totals,
    cells_of_column,
    channels_of,
    places_of,
)
from shared.statistics.sequential.joint import STRENGTHS, joint_bet

Floats = npt.NDArray[np.float64]

TOLERANCE = 0.01
SHIFTS = (0.08, 0.2, 0.5, 1.0)
SIZE_WEIGHTS = (0.5, 0.25, 0.15, 0.1)
JOINT_WEIGHT = 0.2
_GUARD = 1.5
_MOST = 600.0
_DIGITS = 100.0
_NEAR = 5.0
WIDE = 8_000
"""Channels beyond which the state is packed more tightly: a thousand columns or so."""
_FORGOTTEN = 7.0
_CERTAIN = 20.0
_BY_PLACE = "by-place"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 22}]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What the detector remembers between windows, each an array (channels, bets).

    `evidence` is the logarithm of the Shiryaev–Roberts sum, `run` that of the best product of
    e-values ending now, `began` the number of the window this product starts with. `windows`
    counts the windows seen.
    """

    windows: int
    evidence: Floats
    run: Floats
    began: npt.NDArray[np.int64]

    def pack(self) -> str:
        """A compact text; evidence keeps two digits, a hundredth of what decides.

        Of very many channels what decides nothing is left out: evidence below e⁻⁷, to which the
        next window adds 1, bets that are not winning, and beyond e²⁰ all but halves, cut downwards.
        """
        if len(self.evidence) <= WIDE:
            return self._packed("", _bytes_of(self.evidence, -_MOST), _bytes_of(self.run, -_MOST))
        return self._packed(
            f"{_BY_PLACE},",
            _by_place(_bytes_of(_coarse(self.evidence), -_FORGOTTEN)),
            _by_place(_bytes_of(_coarse(self.run), 0.0)),
        )

    def _packed(self, how: str, evidence: bytes, run: bytes) -> str:
        began = self.began if not how else self.windows - self.began
        last = began.astype("<i4").tobytes()
        parts = [evidence, run, _by_place(last) if how else last]
        shape = f"{self.windows},{self.evidence.shape[0]},{self.evidence.shape[1]}"
        content = b"".join(parts)
        packed = _tightly(content) if how else zlib.compress(content, 9)
        return f"{shape},{how}{base64.b64encode(packed).decode('ascii')}"

    @classmethod
    def unpack(cls, text: str) -> Self:
        """Read back what `pack` wrote.

        Raises InvalidData when it is damaged.
        """
        try:
            windows, channels, bets, *how, packed = text.split(",")
            read = np.frombuffer(_content(base64.b64decode(packed), how), dtype="<i4")
            evidence, run, began = read.reshape(3, int(channels), int(bets))
        except (ValueError, zlib.error, lzma.LZMAError) as problem:
            raise InvalidData("The kept state of the alarm is damaged; start it anew.") from problem
        return cls(
            windows=int(windows),
            evidence=evidence / _DIGITS,
            run=run / _DIGITS,
            began=(int(windows) - began if how else began).astype(np.int64),
        )


def _bytes_of(values: Floats, least: float) -> bytes:
    return np.round(np.clip(values, least, _MOST) * _DIGITS).astype("<i4").tobytes()


def _coarse(values: Floats) -> Floats:
    return np.where(values > _CERTAIN, np.floor(values * 2.0) / 2.0, values)


def _by_place(numbers: bytes) -> bytes:
    """All first bytes of the numbers, then all second ones: alike lies beside alike."""
    return np.frombuffer(numbers, dtype=np.uint8).reshape(-1, 4).T.tobytes()


def _tightly(content: bytes) -> bytes:
    """A tenth smaller than by deflate, in a few megabytes of memory."""
    return lzma.compress(content, filters=_FILTERS)


def _content(packed: bytes, how: list[str]) -> bytes:
    if not how:
        return zlib.decompress(packed)
    if how != [_BY_PLACE]:
        raise ValueError("packed in a way that is not known")
    parts = np.frombuffer(lzma.decompress(packed), dtype=np.uint8).reshape(3, 4, -1)
    return np.ascontiguousarray(parts.transpose(0, 2, 1)).tobytes()


class Detector:
    """Bets against "nothing changed by more than the tolerance", one for each size and direction.

    A bet on a channel is the likelihood ratio of two exponential tilts of the baseline's cell
    masses, raised to 1/φ, φ being the channel's over-dispersion: its mean is at most 1 while the
    change is within the tolerance. Shiryaev–Roberts sums M ← (M + 1)·e are averaged over bets,
    channels and columns; the mean number of windows until that average passes A is at least A
    whatever the dependence between columns.
    Source: Shin, Ramdas, Rinaldo, E-detectors (2022), propositions 2.3 and 4.1.
    """

    def __init__(
        self,
        base: Profile,
        calibration: Calibration,
        *,
        tolerance: float = TOLERANCE,
        importance: Mapping[str, float] | None = None,
    ) -> None:
        if calibration.baseline_hash != base.baseline_hash:
            raise InvalidData("The calibration is of another baseline; calibrate again.")
        if not 0.0 <= tolerance < 1.0:
            raise InvalidData(f"tolerance is {tolerance}; give standard deviations from 0 to 1.")
        self.channels = channels_of(base)
        self._totals = Totals(self.channels)
        self._places = places_of(self.channels)
        self.columns = tuple(sorted(base.columns))
        self._calibration = calibration
        doubt = calibration.inflation / max(calibration.rows, 1)
        slack = np.sqrt(tolerance**2 + _GUARD * doubt)
        masses = _masses(base, self.channels)
        slopes = np.zeros((len(self.channels), 2 * len(SHIFTS)))
        intercepts = np.zeros_like(slopes)
        for index, channel in enumerate(self.channels):
            if channel.is_share:
                bet = _share_bets(
                    float(calibration.shares[index]), channel.doubt, float(slack[index])
                )
            else:
                bet = _score_bets(channel, masses[channel.column], float(slack[index]))
            slopes[index], intercepts[index] = bet
        self._slopes = slopes / calibration.inflation[:, None]
        self._intercepts = intercepts / calibration.inflation[:, None]
        own = np.log(_weights(self.channels, self.columns, importance))
        sizes = np.log(np.tile(SIZE_WEIGHTS, 2) / 2.0)
        self._locations = np.array(
            [at for at, c in enumerate(self.channels) if c.group == "location"], dtype=np.int64
        )
        self._joint = joint_bet(calibration.eigenvalues) if len(self._locations) > 1 else None
        together = np.full((1, slopes.shape[1]), -np.inf)
        if self._joint is not None:
            own = own + np.log1p(-JOINT_WEIGHT)
            together[0, : len(STRENGTHS)] = np.log(JOINT_WEIGHT / len(STRENGTHS))
        self._slack = slack
        self._log_weights = np.concatenate([own[:, None] + sizes[None, :], together])

    def start(self) -> State:
        """No evidence yet."""
        shape = self._log_weights.shape
        return State(
            windows=0,
            evidence=np.full(shape, -np.inf),
            run=np.zeros(shape),
            began=np.zeros(shape, dtype=np.int64),
        )

    def update(self, state: State, win: Profile, phase: int | None = None) -> State:
        """Take in one window, later than all before it and overlapping none."""
        if win.baseline_hash != self._calibration.baseline_hash:
            raise InvalidData("The window was profiled against another baseline.")
        rows, sums = self._totals(win)
        offsets = self._calibration.offsets
        if offsets is not None and phase is not None and 0 <= phase < len(offsets):
            sums = sums - rows * offsets[phase]
        gained = self._gained(rows, sums)
        fresh = state.run <= 0.0
        return State(
            windows=state.windows + 1,
            evidence=np.minimum(np.logaddexp(state.evidence, 0.0) + gained, _MOST),
            run=np.minimum(np.maximum(state.run, 0.0) + gained, _MOST),
            began=np.where(fresh, state.windows, state.began),
        )

    def _gained(self, rows: Floats, sums: Floats) -> Floats:
        """The logarithm of every bet's e-value for one window."""
        gained = np.zeros(self._log_weights.shape)
        gained[:-1] = self._slopes * sums[:, None] - self._intercepts * rows[:, None]
        if self._joint is not None and rows[self._locations].any():
            at = self._locations
            scale = np.sqrt(np.maximum(rows[at], 1.0) / self._calibration.inflation[at])
            z = sums[at] / np.maximum(rows[at], 1.0) * scale
            gained[-1, : len(STRENGTHS)] = self._joint.gained(z, self._slack[at] * scale)
        return gained

    def evidence(self, state: State) -> float:
        """Logarithm of the average Shiryaev–Roberts sum."""
        return float(np.logaddexp.reduce(self._weighted(state), axis=None))

    def evidence_by_column(self, state: State) -> dict[str, float]:
        """Each column's part of the average, as a logarithm."""
        weighted = np.logaddexp.reduce(self._weighted(state)[:-1], axis=1)
        return {
            name: float(np.logaddexp.reduce(weighted[self._places[name]]))
            if name in self._places
            else -np.inf
            for name in self.columns
        }

    def strongest(self, state: State, column: str) -> tuple[Channel, int, int]:
        """A column's channel with most evidence, the window it began with, and its direction."""
        at = self._places.get(column, slice(None))
        weighted = self._weighted(state)[:-1][at]
        offset, bet = np.unravel_index(int(np.argmax(weighted)), weighted.shape)
        index = int(offset) + (at.start or 0)
        return (
            self.channels[index],
            int(state.began[index, bet]),
            1 if bet < len(SHIFTS) else -1,
        )

    def began(self, state: State) -> int:
        """The window with which the bet that holds most of the evidence began to win."""
        return int(state.began.ravel()[int(np.argmax(self._weighted(state)))])

    def still_shows(self, state: State, win: Profile) -> bool:
        """Whether a window still speaks for the change behind the strongest bets of the state.

        It does while any bet within a factor of e⁵ of the best would win on it.
        """
        rows, sums = self._totals(win)
        gained = self._gained(rows, sums)
        weighted = self._weighted(state)
        strongest = weighted >= weighted.max() - _NEAR
        return bool((gained[strongest] > 0.0).any())

    def _weighted(self, state: State) -> Floats:
        return np.asarray(state.evidence + self._log_weights)


def run_length(windows_a_year: float, false_alarms_a_year: float) -> float:
    """The mean number of windows between false alarms that a budget a year asks for.

    >>> run_length(24 * 365, 1.0)
    8760.0
    """
    if windows_a_year <= 0 or false_alarms_a_year <= 0:
        raise InvalidData("windows and false alarms a year are both above 0.")
    return max(windows_a_year / false_alarms_a_year, 1.0)


def reset(state: State) -> State:
    """Forget the evidence, as after a change was taken in; keep counting windows."""
    return replace(
        state,
        evidence=np.full_like(state.evidence, -np.inf),
        run=np.zeros_like(state.run),
        began=np.full_like(state.began, state.windows),
    )


def _score_bets(channel: Channel, mass: Floats, slack: float) -> tuple[Floats, Floats]:
    """Slope on the total and intercept a row of log dP(λ)/dP(λ₀) for tilts by λ·score."""
    tilts = slack + np.array(SHIFTS)
    both = np.concatenate([tilts, -tilts])
    border = np.concatenate([np.full(len(tilts), slack), np.full(len(tilts), -slack)])
    return both - border, _cumulant(channel.of_cell, mass, both) - _cumulant(
        channel.of_cell, mass, border
    )


def _cumulant(of_cell: Floats, mass: Floats, tilts: Floats) -> Floats:
    return np.asarray(np.log(np.exp(tilts[:, None] * of_cell[None, :]) @ mass))


def _share_bets(share: float, doubt: float, slack: float) -> tuple[Floats, Floats]:
    """The same for a share: binomial likelihood ratios, sizes on the arcsine scale.

    On that scale half a standard deviation is the same step at every share; a step below 0 or
    beyond 1 is no bet.
    """
    angle = np.arcsin(np.sqrt(min(share, 1.0)))
    highest = np.arcsin(np.sqrt(min(share + doubt, 1.0)))
    steps = np.array(SHIFTS) / 2.0
    border = np.concatenate(
        [np.full(len(steps), highest + slack / 2.0), np.full(len(steps), angle - slack / 2.0)]
    )
    bets = border + np.concatenate([steps, -steps])
    usable = (bets > 0.0) & (bets < np.pi / 2) & (border > 0.0) & (border < np.pi / 2)
    p = np.sin(np.where(usable, bets, 0.5)) ** 2
    q = np.sin(np.where(usable, border, 0.5)) ** 2
    slopes = np.log(p / q) - np.log((1 - p) / (1 - q))
    intercepts = np.log((1 - q) / (1 - p))
    return np.where(usable, slopes, 0.0), np.where(usable, intercepts, 0.0)


def _masses(base: Profile, channels: tuple[Channel, ...]) -> dict[str, Floats]:
    wanted = {channel.column for channel in channels if not channel.is_share}
    return {
        name: cells_of_column(base.columns[name]) / max(base.columns[name].n, 1) for name in wanted
    }


def _weights(
    channels: tuple[Channel, ...], columns: tuple[str, ...], importance: Mapping[str, float] | None
) -> Floats:
    """Each channel's part of the average; they sum to 1."""
    given = {name: (importance or {}).get(name, 1.0) for name in columns}
    if any(value <= 0 for value in given.values()):
        raise InvalidData("An importance is 0 or less; leave the column out instead.")
    raw = np.array([channel.weight for channel in channels])
    for name, at in places_of(channels).items():
        raw[at] *= given[name] / raw[at].sum()
    return np.asarray(raw / raw.sum())
