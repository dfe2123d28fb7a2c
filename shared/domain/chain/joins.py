"""Why links do not join: one is missing, their order was changed, or two follow the same one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain.chain.links import Break, Fault, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjoined:
    """A link that names another than the one kept `before` it."""

    version: int
    previous: str
    before: int


def name_joins(subject: str, unjoined: Sequence[Unjoined], links: Iterable[Link]) -> list[Break]:
    """One break each, by where the link that it names is and what else names it."""
    wanted = {one.previous for one in unjoined}
    places: dict[str, int] = {}
    followed: dict[str, list[int]] = {}
    for link in links:
        if link.hash in wanted:
            places.setdefault(link.hash, link.version)
        if link.previous in wanted:
            followed.setdefault(link.previous, []).append(link.version)
    return [
        _named(subject, one, places.get(one.previous), followed[one.previous]) for one in unjoined
    ]


def _named(subject: str, one: Unjoined, place: int | None, followed: Sequence[int]) -> Break:
    others = [version for version in followed if version != one.version]
    if others:
        fault, sentence = Fault.FORKED, _forked(one, min(others))
    elif not one.previous:
        fault = Fault.REORDERED
        sentence = f"Decision {one.version} says that it is the first: their order was changed."
    elif place is not None:
        fault = Fault.REORDERED
        sentence = (
            f"Decision {one.version} follows the one that is kept as {place}, not that before it: "
            "their order was changed."
        )
    else:
        fault, sentence = Fault.MISSING, _missing(one)
    return Break(fault=fault, subject=subject, version=one.version, sentence=sentence)


def _forked(one: Unjoined, other: int) -> str:
    if not one.previous:
        return f"Decisions {other} and {one.version} both say that they are the first."
    return (
        f"Decisions {other} and {one.version} both say that they follow the same one: one of them "
        "was put in, or copied."
    )


def _missing(one: Unjoined) -> str:
    if one.before == 0:
        return "What is kept as the first decision follows one that is missing."
    return (
        f"Decision {one.version} follows one that is missing: what is kept before it, as "
        f"{one.before}, is another."
    )
