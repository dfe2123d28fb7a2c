"""What one phase makes of a promotion, in one signature for all of them."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.action import Action
from shared.domain.alert import Alert
from shared.domain.event import Event
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding
from shared.domain.policy import Policy, StagePolicy
from shared.domain.promotion import ApprovalSaid, Override, Promotion
from shared.domain.state import AlertRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a phase looks at: the event, the evidence, the policy, and the time it is.

    `said` is what people said of the model's promotions to Driftgate, `ahead` another version on
    its way through the same stage, which is waited for; `alerts` are those of the model that fire.
    """

    event: Event
    evidence: PromotionEvidence
    policy: Policy
    stage: StagePolicy
    overrides: tuple[Override, ...]
    now: datetime
    said: tuple[ApprovalSaid, ...] = ()
    ahead: Promotion | None = None
    alerts: tuple[AlertRecord, ...] = ()

    @property
    def before(self) -> StagePolicy | None:
        """The stage that a version has to have passed, None at the first."""
        way = self.policy.way()
        place = next((n for n, one in enumerate(way) if one.name == self.stage.name), 0)
        return way[place - 1] if place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The promotion after it, what was found and is asked, what is wrong, and when to look again.

    An alert that is left out is over, unless a finding is an error: the look could not see then.
    """

    promotion: Promotion
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    alerts: tuple[Alert, ...] = ()
    look_again: datetime | None = None
