"""What the types of the fleet's file cannot say: names that have to be there, and once."""

from collections.abc import Iterator

from shared.domain.policy import Fleet


def fleet_problems(fleet: Fleet) -> Iterator[str]:
    """Each fault as a sentence without its full stop, in the order of the keys."""
    names = [receiver.name for receiver in fleet.receivers]
    yield from (
        f"receivers name {n} twice" for n in sorted({n for n in names if names.count(n) > 1})
    )
    for index, route in enumerate(fleet.routes):
        yield from (
            f"routes[{index}].to names {to}, which is no receiver; known are "
            f"{', '.join(names) or 'none'}"
            for to in route.to
            if to not in names
        )
    if fleet.default is not None and fleet.default not in names:
        yield f"default is {fleet.default}, which is no receiver; known are {', '.join(names)}"
