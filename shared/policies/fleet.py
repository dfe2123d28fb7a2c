"""The fleet's file: who can be told, and what holds for all models."""

from shared.domain.policy import Fleet
from shared.errors import InvalidPolicy
from shared.policies.fleet_checks import fleet_problems
from shared.policies.reading import read_mapping, read_value

FILES = frozenset({"fleet.yaml", "fleet.yml"})


def read_fleet(content: bytes, file: str) -> Fleet:
    """Read it. Raises InvalidPolicy naming the file, the key and the fix."""
    plain = read_mapping(content, file, "receivers")
    try:
        fleet: Fleet = read_value(Fleet, plain, "")
    except (ValueError, OverflowError) as problem:
        raise InvalidPolicy(f"{file}: {problem}.") from problem
    fault = next(fleet_problems(fleet), None)
    if fault is not None:
        raise InvalidPolicy(f"{file}: {fault}.")
    return fleet
