"""What one phase makes of a promotion, in one signature for all of them."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.action import Action
from shared.domain.alert import Alert
from shared.domain.event import Event
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding
from shared.domain.policy import Policy, StagePolicy
from shared.domain.promotion import Override, Promotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a phase looks at: the event, the evidence, the policy, and the time it is."""

    event: Event
    evidence: PromotionEvidence
    policy: Policy
    stage: StagePolicy
    overrides: tuple[Override, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The promotion after it, what was found and is asked, what is wrong, and when to look again.

    An alert that is left out is over when the look could have seen it.
    """

    promotion: Promotion
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    alerts: tuple[Alert, ...] = ()
    look_again: datetime | None = None
