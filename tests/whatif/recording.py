"""Policies that tell which of their fields were read."""

import dataclasses
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from shared.bootstrap import Application
from shared.domain.event import Event
from shared.domain.policy import Policy
from shared.service import making
from shared.service.deciding import NOTHING_READ, as_read
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import fold
from shared.service.past.recorded import Recorded
from shared.service.reactions import Reaction, family_of, reaction_to

POLICIES, FLEETS = "policy", "fleet"


@dataclass(frozen=True)
class Seen:
    """What one decision read."""

    family: str
    reasons: frozenset[str]
    policy: frozenset[str]
    fleet: frozenset[str]


def watched(value: Any, at: str, read: set[str]) -> Any:
    """The same value; every field that holds no more fields adds its path when it is read."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        made = object.__new__(_watching(type(value)))
        object.__setattr__(made, "_at", at)
        object.__setattr__(made, "_read", read)
        for field in dataclasses.fields(value):
            below = watched(getattr(value, field.name), f"{at}.{field.name}", read)
            object.__setattr__(made, field.name, below)
        return made
    if isinstance(value, list):
        return [watched(one, at, read) for one in value]
    if isinstance(value, dict):
        return {key: watched(one, at, read) for key, one in value.items()}
    return value


@functools.cache
def _watching(kind: type) -> type:
    names = {field.name for field in dataclasses.fields(kind)}

    def get(self: Any, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if name in names and not dataclasses.is_dataclass(value):
            try:
                at = object.__getattribute__(self, "_at")
                object.__getattribute__(self, "_read").add(f"{at}.{name}")
            except AttributeError:
                pass
        return value

    def equals(self: Any, other: Any) -> bool:
        return all(getattr(self, name) == getattr(other, name, None) for name in names)

    return type(
        kind.__name__,
        (kind,),
        {"__getattribute__": get, "__eq__": equals, "__hash__": None},
    )


def reads(application: Application) -> Iterator[Seen]:
    """Every decision of a ledger made again from its evidence, with what it read."""
    evidence, ledger = application.evidence, application.ledger
    policies: dict[str, Policy] = {}
    for subject in ledger.subjects():
        for step in fold(ledger, evidence, PastDecisions(evidence), subject):
            recorded: Recorded = step.recorded
            if recorded.evidence_hash == NOTHING_READ:
                continue
            reaction = reaction_to(recorded.event)
            read: set[str] = set()
            facts = msgspec.json.decode(
                evidence.get(recorded.evidence_hash), type=reaction.evidence, strict=False
            )
            if getattr(facts, "fleet", None) is not None:
                facts = dataclasses.replace(facts, fleet=watched(facts.fleet, FLEETS, read))
            policy = None
            if recorded.policy_hash is not None:
                if recorded.policy_hash not in policies:
                    content = evidence.get(recorded.policy_hash)
                    policies[recorded.policy_hash] = msgspec.json.decode(
                        content, type=Policy, strict=False
                    )
                policy = watched(policies[recorded.policy_hash], POLICIES, read)
            read.clear()
            reaction.decide(recorded.event, facts, policy, as_read(step.before), recorded.decided)
            yield Seen(
                family=family_of(recorded.event),
                reasons=frozenset(f.reason for f in step.concluded.decision.findings),
                policy=_below(read, POLICIES),
                fleet=_below(read, FLEETS),
            )


@contextmanager
def recorded_gathering() -> Iterator[dict[str, set[str]]]:
    """By family the fields of the policy that its `gather` reads, whatever is decided meanwhile."""
    read_by: dict[str, set[str]] = {}

    def recording(event: Event) -> Reaction:
        reaction, family = reaction_to(event), family_of(event)

        def gather(asked: Event, policy: Policy | None, *rest: Any) -> Any:
            read: set[str] = set()
            seen = watched(policy, POLICIES, read)
            read.clear()
            found = reaction.gather(asked, seen, *rest)
            read_by.setdefault(family, set()).update(_below(read, POLICIES))
            return found

        return dataclasses.replace(reaction, gather=gather)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "reaction_to", recording)
        yield read_by


def _below(read: set[str], root: str) -> frozenset[str]:
    return frozenset(one[len(root) + 1 :] for one in read if one.startswith(f"{root}."))
