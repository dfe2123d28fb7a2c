"""What was only needed while a profile was counted elsewhere goes some days later."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from shared.domain.profiling import profile_name
from shared.domain.state import SubjectState
from shared.ports import Ledger, Profiles
from shared.service.codec import decode

KEPT = timedelta(days=7)
_FOLDER = "profiling"


def remove_temporary(
    profiles: Profiles, ledger: Ledger, now: datetime, is_time: Callable[[], bool]
) -> int:
    """Remove orders, parts and sums that nobody needs; returns how many, as far as the time goes.

    What was saved since is left, also where it is saved at this moment.
    """
    count = 0
    for name in unneeded(profiles, ledger, now):
        if not is_time():
            break
        count += profiles.remove(name, now - KEPT)
    return count


def unneeded(profiles: Profiles, ledger: Ledger, now: datetime) -> Iterator[str]:
    """What is older than a week, of orders that are not open and that no look waits for."""
    old = profiles.walk(_FOLDER, now - KEPT)
    for order, names in groupby(old, key=_order_of):
        kept = list(names)
        if not _is_needed(profiles, ledger, order):
            yield from _order_last(order, kept)


def _order_of(name: str) -> str:
    return name.split("/")[1]


def _order_last(order: str, names: list[str]) -> list[str]:
    """The order says whose it is, so it goes when all else has gone."""
    last = profile_name(order, "order")
    return [*(name for name in names if name != last), *(name for name in names if name == last)]


def _is_needed(profiles: Profiles, ledger: Ledger, order: str) -> bool:
    kept = profiles.load(profile_name(order, "order"))
    plain = None if kept is None else kept.get("order")
    model = plain.get("model") if isinstance(plain, dict) else None
    if not isinstance(model, str):
        return False
    counted = _state(ledger, f"profiling/{model}").profiling.profilings
    waiting = _state(ledger, f"model/{model}").drift.ordered
    is_open = any(one.order == order and one.phase.is_open for one in counted)
    return is_open or (waiting is not None and waiting.order == order)


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)
