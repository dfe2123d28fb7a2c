"""Which alerts of promotions begin, go on, and are over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.action import Action
from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.promotion.opening import is_newer
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import KINDS
from shared.domain.decisions.settle import settle
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import AlertRecord
from shared.domain.verdict import Verdict

_AT_THE_ENTRANCE = frozenset({AlertKind.PROMOTION_BLOCKED, AlertKind.PROMOTION_WAITING})


def settle_alerts(
    known: Mapping[str, AlertRecord],
    step: Step,
    promotions: Sequence[Promotion],
    scene: Scene,
) -> tuple[tuple[Action, ...], dict[str, AlertRecord]]:
    """Tell what is new, close what is over: of this promotion, and of those that it replaces.

    What a look that failed did not see stays. A failure stays told until a newer version is on its
    way through the stage.
    """
    closing = _Closing(step=step, promotions=promotions)
    return settle(known, step.alerts, covered=closing.covers, over=closing.why_over, now=scene.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closing:
    step: Step
    promotions: Sequence[Promotion]

    def covers(self, alert: Alert) -> bool:
        if alert.kind is AlertKind.POLICY_MISSING:
            return True
        if alert.kind not in KINDS and not {"version", "stage"} <= set(alert.labels):
            return False
        if self._is_of(alert, self.step.promotion):
            return not self.step.promotion.phase.is_open or self._looked()
        of = self._of(alert)
        if of is not None and of.phase.is_open:
            return False
        return alert.kind in _AT_THE_ENTRANCE or self._replaced(of)

    def why_over(self, alert: Alert) -> str:
        if alert.kind is AlertKind.POLICY_MISSING:
            return "a policy was added"
        promotion = self.step.promotion
        if self._is_of(alert, promotion):
            if promotion.phase.is_open and alert.kind is AlertKind.PROMOTION_FAILED:
                return f"version {promotion.version} was registered again"
            passes = promotion.phase not in {Phase.WAITING, Phase.BLOCKED}
            if alert.kind is AlertKind.PROMOTION_WAITING and passes and promotion.phase.is_open:
                return f"version {promotion.version} goes on: {promotion.why}"
            if alert.kind in _AT_THE_ENTRANCE and promotion.phase.is_open:
                what = "passes every gate" if passes else "waits for something else"
                return f"version {promotion.version} now {what}"
            if alert.kind is AlertKind.PROMOTED_VERSION_FAILS and promotion.phase.is_open:
                return f"version {promotion.version} does well again"
            return promotion.why
        of = self._of(alert)
        if of is not None and of.phase is Phase.SUPERSEDED:
            return of.why
        return f"version {alert.labels.get('version')} was registered before {promotion.version}"

    def _looked(self) -> bool:
        return not any(finding.verdict is Verdict.ERROR for finding in self.step.findings)

    def _of(self, alert: Alert) -> Promotion | None:
        """The last promotion that an alert is of, None where it is not remembered."""
        return next((one for one in reversed(self.promotions) if self._is_of(alert, one)), None)

    def _replaced(self, of: Promotion | None) -> bool:
        if of is None:
            return True
        return any(
            one.stage == of.stage and one.phase is not Phase.SUPERSEDED and is_newer(one, of)
            for one in self.promotions
        )

    @staticmethod
    def _is_of(alert: Alert, promotion: Promotion) -> bool:
        return alert.labels.get("version") == promotion.version and alert.labels.get(
            "stage", promotion.stage
        ) in {promotion.stage}
