"""Reads the policies and the fleet's file that lie together, and holds them against each other."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from shared.domain.policy import Fleet, Policy
from shared.errors import InvalidPolicy
from shared.policies.fleet import FILES, read_fleet
from shared.policies.fleet_checks import unknown_names
from shared.policies.linting.advice import Advice, Weight
from shared.policies.linting.fleet import odd_fleet
from shared.policies.linting.models import odd_policy
from shared.policies.reading import read_policy

SUFFIXES = frozenset({".yaml", ".yml"})


def lint(files: Mapping[str, bytes], of: Collection[str] | None = None) -> list[Advice]:
    """Everything that should be looked at in the files of one folder, errors first.

    `files` are all that lie there, by name; only what concerns one of `of` is told, None being all.
    """
    found = [one for one in _found(files) if of is None or one.file in of]
    return sorted(found, key=lambda one: (one.weight is not Weight.ERROR, one.file))


def _found(files: Mapping[str, bytes]) -> Iterator[Advice]:
    read: dict[str, Policy] = {}
    fleets: dict[str, Fleet] = {}
    for name, content in sorted(files.items()):
        try:
            if name in FILES:
                fleets[name] = read_fleet(content, name)
            elif PurePosixPath(name).suffix in SUFFIXES:
                read[name] = read_policy(content, name)
        except InvalidPolicy as problem:
            yield _error(name, str(problem).removeprefix(f"{name}: "))
    if files.keys() >= FILES:
        yield _error(max(FILES), f"There are {' and '.join(sorted(FILES))}; keep one of them.")
    [(named, fleet)] = fleets.items() if len(fleets) == 1 else [("", None)]
    yield from _twice(read)
    for name, policy in read.items():
        if fleet is not None:
            for fault in unknown_names(policy.alerts.routes, fleet, "alerts.routes"):
                yield _error(name, f"{fault}.")
        alone = not FILES & files.keys()
        yield from (
            Advice(file=name, weight=Weight.WARNING, sentence=odd)
            for odd in odd_policy(policy, fleet, alone=alone)
        )
    if fleet is not None:
        own = [
            (f"{policy.model}'s alerts.routes[{index}]", route)
            for policy in read.values()
            for index, route in enumerate(policy.alerts.routes)
        ]
        for odd in odd_fleet(fleet, own, files.keys()):
            yield Advice(file=named, weight=Weight.WARNING, sentence=odd)


def _twice(read: Mapping[str, Policy]) -> Iterator[Advice]:
    first: dict[str, str] = {}
    for name, policy in read.items():
        before = first.setdefault(policy.model, name)
        if before != name:
            sentence = f"{before} and {name} both name the model {policy.model}; keep one of them."
            yield _error(name, sentence)


def _error(file: str, sentence: str) -> Advice:
    return Advice(file=file, weight=Weight.ERROR, sentence=sentence)
