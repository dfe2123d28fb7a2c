"""One change of one column of a signature, as people read it."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.world import ColumnSpec


class Part(StrEnum):
    """Which part of a signature."""

    INPUTS = "inputs"
    OUTPUTS = "outputs"
    PARAMS = "params"


class ChangeKind(StrEnum):
    """What can happen to a column."""

    ADDED = "added"
    REMOVED = "removed"
    RETYPED = "retyped"
    WIDENED = "widened"
    RESHAPED = "reshaped"
    BECAME_REQUIRED = "became_required"
    BECAME_OPTIONAL = "became_optional"
    REFUSES_NULLS = "refuses_nulls"
    TAKES_NULLS = "takes_nulls"
    RANGE_NARROWED = "range_narrowed"
    RANGE_WIDENED = "range_widened"
    CATEGORIES_LOST = "categories_lost"
    CATEGORIES_GAINED = "categories_gained"
    ENFORCED = "enforced"
    NOT_ENFORCED = "not_enforced"
    DEFAULT_CHANGED = "default_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One change of one column, which may be within another: `home.zip`, `debts[]`, `scores{}`."""

    part: Part
    column: str
    kind: ChangeKind
    breaking: bool
    sentence: str
    before: str | None = None
    after: str | None = None


def spell_type(column: ColumnSpec) -> str:
    """A type as people read it.

    >>> spell_type(ColumnSpec(name="x", type="float32", shape=(-1, 28)))
    'float32 tensor (-1, 28)'
    >>> items = ColumnSpec(name="items", type="long")
    >>> spell_type(ColumnSpec(name="x", type="array", fields=(items,)))
    'array of long'
    """
    if column.shape is not None:
        shape = ", ".join(map(str, column.shape))
        return f"{column.type} tensor ({shape})"
    if column.type in {"array", "map"} and column.fields:
        return f"{column.type} of {spell_type(column.fields[0])}"
    return column.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a column stands; `within` is inside of another column."""

    part: Part
    path: str
    within: bool = False

    def change(
        self,
        kind: ChangeKind,
        what: str,
        *,
        breaking: bool,
        before: str | None = None,
        after: str | None = None,
    ) -> SchemaChange:
        """A change of this column; `what` follows its name in the sentence."""
        return SchemaChange(
            part=self.part,
            column=self.path,
            kind=kind,
            breaking=breaking,
            sentence=f"{self.path} {what}",
            before=before,
            after=after,
        )

    @property
    def given(self) -> bool:
        """Whether others read it, so that to hold more breaks what to hold less would not."""
        return self.part is Part.OUTPUTS
