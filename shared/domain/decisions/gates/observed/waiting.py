"""How long until enough has come, at the rate at which it comes now."""

from datetime import timedelta

from shared.domain.wording import spell_duration

_LONG = timedelta(days=90)


def how_long(n: float, needed: float, span: timedelta) -> str:
    """`; at this rate about 40 min more`, or that nothing comes; `n` came within `span`.

    Empty where it has only begun, so that no rate is known.

    >>> how_long(100, 300, timedelta(hours=1)), how_long(0, 1, timedelta(hours=1))
    ('; at this rate about 2 h more', '; at this rate never')
    """
    if span <= timedelta():
        return ""
    more = time_to(n, needed, span)
    if more is None:
        return "; at this rate never"
    return f"; at this rate about {spell_duration(more)} more"


def time_to(n: float, needed: float, span: timedelta) -> timedelta | None:
    """How long until `needed`, where `n` came within `span`; None for more than three months."""
    if n <= 0 or span <= timedelta():
        return None
    if (needed - n) / n * span.total_seconds() > _LONG.total_seconds():
        return None
    return span * ((needed - n) / n)
