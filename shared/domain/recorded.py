"""Numbers that are recorded of a version: where each stands, and what stands in place of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from shared.domain.wording import one_line
from shared.domain.world import ModelVersion

_PREFIX = "metrics."
_MOST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A metric as it counts: its number, or None and the `text` that is no finite number.

    `source` says where it stands, such as `run train-1` or `the tag auc`; `stated` is that it
    stands on the version itself and not where it was measured. `others` say something else.
    """

    name: str
    value: float | None
    text: str
    source: str
    stated: bool
    others: tuple["Recorded", ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        """For the details of a finding: the source, and what other places say."""
        others = [{"source": other.source, "text": other.text} for other in self.others]
        return {"source": self.source, **({"others": others} if others else {})}

    @property
    def wrong(self) -> str:
        """What is recorded in place of a number, as the end of a sentence."""
        if not self.text:
            return f"{self.name} is recorded without a value ({self.source})"
        return f"{self.name} is recorded as {self.text!r} ({self.source}), which is no number"


def recorded(version: ModelVersion, name: str) -> Recorded | None:
    """A metric of a version; None when it is recorded nowhere.

    What was measured in its run counts. Else a property does, which is written once, and then a
    tag, each as `metrics.<name>` or `<name>`. A source that has it, but not as a number, counts
    too: no other place makes up for it.
    """
    found = _measured(version, name) + _stated(version, name)
    if not found:
        return None
    first, *others = found
    return Recorded(
        name=name,
        value=first.value,
        text=first.text,
        source=first.source,
        stated=first.stated,
        others=tuple(other for other in others if not _agree(first, other)),
    )


def recorded_names(version: ModelVersion) -> set[str]:
    """Every name that something is recorded under, whether it is a number or not."""
    return {
        *version.metrics,
        *version.unreadable,
        *(
            key.removeprefix(_PREFIX)
            for holder in (version.properties, version.tags)
            for key in holder
        ),
    }


def number(value: Any) -> float | None:
    """A finite number, also when it is written as text; None for anything else.

    >>> number("0.5"), number("NaN"), number(True), number(None)
    (0.5, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) else None


def told_numbers(values: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """What is a finite number by name, and as text what is none.

    >>> told_numbers({"auc": "0.9", "f1": "n/a", "loss": float("nan"), "recall": None})
    ({'auc': 0.9}, {'f1': 'n/a', 'loss': 'nan', 'recall': ''})
    """
    read: dict[str, float] = {}
    unreadable: dict[str, str] = {}
    for name, value in values.items():
        found = number(value)
        if found is None:
            unreadable[name] = "" if value is None else _cut(value)
        else:
            read[name] = found
    return read, unreadable


def _measured(version: ModelVersion, name: str) -> list[Recorded]:
    """What the run says; metrics that are only written on the version are found there."""
    held: Any = version.metrics.get(name, version.unreadable.get(name))
    if held is None or (version.measured is None and _stated(version, name)):
        return []
    source = version.measured or f"version {version.version}"
    return [_recorded(name, held, source, stated=False)]


def _stated(version: ModelVersion, name: str) -> list[Recorded]:
    return [
        _recorded(name, holder[key], f"the {word} {key}", stated=True)
        for word, holder in (("property", version.properties), ("tag", version.tags))
        for key in (_PREFIX + name, name)
        if key in holder
    ]


def _recorded(name: str, held: float | str, source: str, *, stated: bool) -> Recorded:
    return Recorded(name=name, value=number(held), text=_cut(held), source=source, stated=stated)


def _agree(first: Recorded, other: Recorded) -> bool:
    """Whether two places say the same, as far as the digits of the second go."""
    if first.value is None or other.value is None:
        return first.text == other.text
    try:
        exponent = Decimal(other.text.strip()).as_tuple().exponent
    except InvalidOperation:
        return first.value == other.value
    digit = 10.0**exponent if isinstance(exponent, int) else 0.0
    return abs(first.value - other.value) <= 0.5 * digit + 1e-12 * abs(first.value)


def _cut(value: object) -> str:
    return one_line(str(value)[: 3 * _MOST], _MOST)
