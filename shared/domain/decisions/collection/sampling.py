"""How much of what is served is collected, in words and as what may be expected."""

from collections.abc import Mapping

from shared.domain.wording import spell_number

_WHOLE = 100.0


def spell_sampling(sampling: Mapping[str, float], rows: int | None = None) -> str:
    """What is collected by deployment, and what so many rows then stand for; empty when unknown.

    >>> spell_sampling({"blue": 10.0}, 120)
    '10 % of the requests are collected, so 120 rows stand for about 1200.'
    >>> spell_sampling({"blue": 10.0, "green": 100.0})
    'Of the requests, 10 % of blue and 100 % of green are collected: their rows do not weigh alike.'
    """
    rates = set(sampling.values())
    if not rates:
        return ""
    if len(rates) > 1:
        each = " and ".join(f"{rate:g} % of {name}" for name, rate in sorted(sampling.items()))
        return f"Of the requests, {each} are collected: their rows do not weigh alike."
    [rate] = rates
    if rate >= _WHOLE:
        return "All requests are collected."
    told = f"{rate:g} % of the requests are collected"
    if not rows or rate <= 0.0:
        return f"{told}."
    stand = spell_number(rows * _WHOLE / rate)
    return f"{told}, so {spell_number(rows)} rows stand for about {stand}."
