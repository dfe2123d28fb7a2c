"""The policies that are put in place of the recorded ones, and in which fields they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from shared.domain.policy import Fleet, Policy

EVERYTHING = ""
"""The path of all of it: where there is a policy in one of the two worlds only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Policies by model and the fleet's rules, as they are to have been all along.

    `whole` says that a model which is not among them has no policy; otherwise it keeps its own.
    """

    policies: Mapping[str, Policy] = field(default_factory=dict)
    fleet: Fleet | None = None
    whole: bool = False

    def policy(self, subject: str, recorded: Policy | None) -> Policy | None:
        """The policy of a subject: the changed one, or that which was recorded."""
        kind, _, name = subject.partition("/")
        if kind == "endpoint":
            return self._of_endpoint(name, recorded)
        if kind in {"model", "alerts", "retraining"}:
            return self._of_model(name, recorded)
        return recorded

    def concerns(self, subject: str, recorded: Policy | None) -> bool:
        """Whether this may give the subject another policy than the recorded one."""
        kind, _, name = subject.partition("/")
        if kind not in {"model", "alerts", "retraining", "endpoint"}:
            return False
        if self.whole or name in self.policies:
            return True
        known = recorded is not None and recorded.model in self.policies
        return known or (kind == "endpoint" and self._named(name) is not None)

    def _of_model(self, name: str, recorded: Policy | None) -> Policy | None:
        kept = None if self.whole else recorded
        return self.policies.get(name, kept)

    def _of_endpoint(self, name: str, recorded: Policy | None) -> Policy | None:
        """An endpoint belongs to the policy that names it; a changed one may do so no more."""
        named = self._named(name)
        if named is not None or self.whole:
            return named
        if recorded is not None and recorded.model in self.policies:
            return None
        return recorded

    def _named(self, endpoint: str) -> Policy | None:
        ordered = [self.policies[model] for model in sorted(self.policies)]
        served = (policy for policy in ordered if policy.endpoint == endpoint)
        staged = (p for p in ordered if any(stage.endpoint == endpoint for stage in p.stages))
        return next(served, None) or next(staged, None)


def differing(before: object, after: object, at: str = EVERYTHING) -> frozenset[str]:
    """The dotted paths of the fields in which two policies differ.

    >>> from shared.domain.policy import RoutingPolicy
    >>> changed = Policy(model="a", routing=RoutingPolicy(severity="info"))
    >>> sorted(differing(Policy(model="a"), changed))
    ['routing.severity']
    """
    if before == after:
        return frozenset()
    if type(before) is not type(after) or not is_dataclass(before):
        return frozenset({at})
    found: set[str] = set()
    for one in fields(before):
        path = f"{at}.{one.name}" if at else one.name
        found |= differing(getattr(before, one.name), getattr(after, one.name), path)
    return frozenset(found)
