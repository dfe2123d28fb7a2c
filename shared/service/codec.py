"""Stored JSON back into the vocabulary."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from shared.learning import learned

if TYPE_CHECKING:
    from shared.ports import Ledger

Value = TypeVar("Value")


def part(plain: Mapping[str, Any], name: str, kind: Any, none: Any) -> Any:
    """One field of what was kept, decoded alone; `none` where it is not there.

    Whoever reads one field of every subject reads each of them several times faster so. Raises
    msgspec.ValidationError as `decode` does.
    """
    value = plain.get(name)
    return none if not value else msgspec.convert(value, kind, strict=False)


def parts(ledger: "Ledger", name: str, subjects: Iterable[str], kind: Any) -> dict[str, Any]:
    """The same field of many states, by subject in their order; only where it holds something."""
    found: dict[str, Any] = msgspec.convert(
        ledger.parts(name, subjects), dict[str, kind], strict=False
    )
    return found


def decode(plain: Mapping[str, Any], kind: type[Value]) -> Value:
    """Turn what `canonical_json` wrote into a dataclass of the domain again.

    Raises msgspec.ValidationError when it does not fit, which means it was altered.
    """
    try:
        return msgspec.convert(dict(plain), learned(kind), strict=False)
    except UnicodeEncodeError as problem:
        raise msgspec.ValidationError("It holds text that is not Unicode") from problem
