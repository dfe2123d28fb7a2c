"""Which decisions of a model belong to one promotion: a model's promotions share a subject."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import Check
from shared.domain.finding import Finding, Rule
from shared.service.codec import decode

_JUDGES = {Rule.INTERVAL.value}
_LOOKS = {None, Check.PROMOTION.value, Check.RECONCILE.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One version on its way through one stage, `begun` when its promotion began."""

    model: str
    version: str
    stage: str | None
    identity: str | None = None
    begun: datetime | None = None

    def concerns(self, decision: Mapping[str, Any]) -> bool:
        """Whether a decision is of this promotion: it names it, its version, or speaks of it."""
        if self.begun is not None and parse_time(decision["decided"]) < self.begun:
            return False
        event = decision["event"]
        data = event.get("data") or {}
        named = data.get("promotion") or event.get("correlationid")
        if self.identity is not None and named == self.identity:
            return True
        if data.get("check") not in _LOOKS:
            return False
        stands = [told for finding in decision["findings"] if (told := _standing(finding))]
        if stands:
            return any(self._is(told) for told in stands)
        version = data.get("version")
        if version is not None:
            return str(version) == self.version and data.get("stage") in {None, self.stage}
        return self._acts(decision) or self._speaks(decision)

    def _is(self, told: Mapping[str, Any]) -> bool:
        if self.identity is not None:
            return bool(told["promotion"] == self.identity)
        return told.get("version") == self.version and self.stage in {None, told.get("stage")}

    def _acts(self, decision: Mapping[str, Any]) -> bool:
        return any(
            action.get("version") == self.version and action.get("stage") in {None, self.stage}
            for action in decision["actions"]
        )

    def _speaks(self, decision: Mapping[str, Any]) -> bool:
        named = re.compile(
            rf"(?<![\w.-]){re.escape(self.model)}:{re.escape(self.version)}(?![\w-])"
        )
        return any(named.search(finding["sentence"]) for finding in decision["findings"])


def _standing(finding: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Where a promotion stands, as each decision about one says; None for other findings."""
    details: Mapping[str, Any] = finding.get("details") or {}
    return details if finding["rule"] == Rule.PROMOTION.value and "promotion" in details else None


def findings_of(decision: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings of a committed decision."""
    return tuple(decode(finding, Finding) for finding in decision["findings"])


def is_gate(finding: Finding) -> bool:
    """Whether it is the word of a gate, or of what all gates share."""
    return finding.rule.value.endswith("_gate") or finding.rule.value in _JUDGES
