"""What is kept of a window of rows: counts that merge by addition.

Two profiles of one baseline add up, so an hour, a day and a quarter are the same kind of object,
and whatever can count can make one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self, get_args

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.errors import InvalidData
from shared.statistics.profile.categorical import CategoricalColumn
from shared.statistics.profile.extremes import extreme
from shared.statistics.profile.numeric import NumericColumn, NumericKind

SCHEMA_VERSION = 1
MISSING = "is missing: the baseline has this column, the window does not"
KINDS_DIFFER = "A column is numeric in one profile and categorical in the other."
_MODULUS = 1 << 256

Column = NumericColumn | CategoricalColumn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """The mergeable summary of a window of rows.

    `baseline_hash` identifies the binning, `start` and `end` the window [start, end) where one was
    cut, `fingerprint` the files read. `skipped` says which columns are not judged and why,
    `problems` which of the baseline's columns are not as they were and why, `extra` which columns
    the baseline does not have, `unread` how many lines of collected data, of all the files read,
    hold their rows elsewhere.
    """

    columns: dict[str, Column]
    rows: int
    baseline_hash: str
    start: datetime | None = None
    end: datetime | None = None
    fingerprint: str = ""
    skipped: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    unread: int = 0
    version: int = SCHEMA_VERSION

    def __add__(self, other: Self) -> Self:
        """Both windows together: counts add, whatever the order.

        Raises InvalidData when the profiles rest on different baselines.
        """
        if not isinstance(other, Profile):
            return NotImplemented
        if self.baseline_hash != other.baseline_hash:
            raise InvalidData(
                f"Profiles of different baselines cannot be merged "
                f"({self.baseline_hash[:12]} and {other.baseline_hash[:12]}); "
                "compute both windows against one baseline."
            )
        shared = [name for name in self.columns if name in other.columns]
        return replace(
            self,
            columns={name: _merge(self.columns[name], other.columns[name]) for name in shared},
            rows=self.rows + other.rows,
            start=extreme(min, self.start, other.start),
            end=extreme(max, self.end, other.end),
            fingerprint=_add_fingerprints(self.fingerprint, other.fingerprint),
            skipped={**other.skipped, **self.skipped},
            problems=_merge_problems(self, other),
            extra=tuple(sorted({*self.extra, *other.extra})),
            unread=self.unread + other.unread,
        )

    @property
    def hash(self) -> str:
        """SHA-256 over everything the profile holds."""
        return content_hash(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values that `from_json` reads back exactly."""
        return {
            "version": self.version,
            "baseline_hash": self.baseline_hash,
            "rows": self.rows,
            "start": None if self.start is None else format_time(self.start),
            "end": None if self.end is None else format_time(self.end),
            "fingerprint": self.fingerprint,
            "skipped": dict(self.skipped),
            "problems": dict(self.problems),
            "extra": list(self.extra),
            "unread": self.unread,
            "columns": {name: column.to_json() for name, column in self.columns.items()},
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back a profile.

        Raises InvalidData for a schema version this code does not know, and for what is no profile.
        """
        if plain.get("version") != SCHEMA_VERSION:
            raise InvalidData(
                f"The profile has schema version {plain.get('version')}, known is "
                f"{SCHEMA_VERSION}; compute it again."
            )
        try:
            return cls._of(plain)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
            raise InvalidData(
                f"The profile cannot be read ({type(problem).__name__}); compute it again."
            ) from problem

    @classmethod
    def _of(cls, plain: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **plain,
                "start": None if plain["start"] is None else parse_time(plain["start"]),
                "end": None if plain["end"] is None else parse_time(plain["end"]),
                "skipped": dict(plain["skipped"]),
                "problems": dict(plain["problems"]),
                "extra": tuple(plain["extra"]),
                "columns": {
                    name: (
                        NumericColumn.from_json(column)
                        if column["kind"] in get_args(NumericKind)
                        else CategoricalColumn.from_json(column)
                    )
                    for name, column in plain["columns"].items()
                },
            }
        )


def binning_hash(columns: Mapping[str, Column]) -> str:
    """The identity of a baseline's binning: equal edges and values, equal hash."""
    return content_hash({name: column.binning() for name, column in columns.items()})


def _merge(one: Column, other: Column) -> Column:
    if isinstance(one, NumericColumn) and isinstance(other, NumericColumn):
        return one + other
    if isinstance(one, CategoricalColumn) and isinstance(other, CategoricalColumn):
        return one + other
    raise InvalidData(KINDS_DIFFER)


def _merge_problems(one: Profile, other: Profile) -> dict[str, str]:
    """A changed type stays; a column is missing only if no part with rows has it."""
    merged: dict[str, str] = {}
    for name in sorted({*one.problems, *other.problems}):
        told = [part.problems[name] for part in (one, other) if name in part.problems]
        changed = [problem for problem in told if problem != MISSING]
        if changed:
            merged[name] = min(changed)
        elif not any(part.rows and name not in part.problems for part in (one, other)):
            merged[name] = MISSING
    return merged


def _add_fingerprints(one: str, other: str) -> str:
    """Addition modulo 2²⁵⁶, so that the order of merging does not matter."""
    if not one or not other:
        return one or other
    return f"{(int(one, 16) + int(other, 16)) % _MODULUS:064x}"
