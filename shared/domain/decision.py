"""What was concluded of one event, and the chain that makes it tamper-evident."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from shared.domain.action import Action, describe
from shared.domain.canonical import plain_hash, to_plain
from shared.domain.event import Event
from shared.domain.finding import Finding
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict, worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a pure decision function returns: findings, actions and the next state."""

    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]
    state: SubjectState


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One event, decided once: the record that is committed, shown and replayed.

    `previous` is the hash of the subject's decision before this one, so that a decision
    altered, lost or moved afterwards breaks the chain. `state` is the hash of the state it leaves.
    """

    event: Event
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]
    evidence_hash: str
    policy_hash: str | None
    decided: datetime
    previous: str
    state: str

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the findings that are enforced."""
        return worst(finding.verdict for finding in self.findings if finding.enforced)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over everything the decision says and the hash before it."""
        return plain_hash(self._content)

    @cached_property
    def _content(self) -> dict[str, Any]:
        return {
            "event": to_plain(self.event.to_cloud_event()),
            "verdict": self.verdict.value,
            "findings": to_plain(self.findings),
            "actions": to_plain([describe(action) for action in self.actions]),
            "evidence": self.evidence_hash,
            "policy": self.policy_hash,
            "decided": to_plain(self.decided),
            "previous": self.previous,
            "state": self.state,
        }

    def to_json(self) -> dict[str, Any]:
        """The decision as plain JSON values, with its own hash."""
        return {**self._content, "hash": self.hash}
