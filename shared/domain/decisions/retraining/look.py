"""One look at a model's retrainings: all that a rule of theirs may rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import Tell
from shared.domain.canonical import content_hash
from shared.domain.event import Event, EventType
from shared.domain.evidence import RetrainingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy, RetrainingPolicy
from shared.domain.retraining import Retraining, RetrainingPhase
from shared.domain.verdict import Verdict

GIVEN_UP_AFTER = 7
"""So many times `stalls_after` without a step, and nobody waits for it any more."""
_WRONG = frozenset({RetrainingPhase.FAILED, RetrainingPhase.REFUSED, RetrainingPhase.NOT_PROMOTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The event, what was gathered for it, and the model's policy where it has one."""

    event: Event
    evidence: RetrainingEvidence
    policy: Policy | None
    now: datetime

    @property
    def model(self) -> str:
        """The model whose retrainings they are."""
        return self.event.name

    @property
    def rules(self) -> RetrainingPolicy:
        """How they are governed; the defaults while no policy names the model."""
        return RetrainingPolicy() if self.policy is None else self.policy.retraining

    def waited(self, since: datetime) -> timedelta:
        """How long ago that is; nothing where the clock went back."""
        return max(self.now - since, timedelta())

    def tell(self, kind: EventType, subject: str, retraining: str, data: Mapping[str, Any]) -> Tell:
        """An event for another subject, the same each time this look is decided."""
        return Tell(
            event=Event(
                id=content_hash([self.event.key, kind.value, retraining])[:32],
                source=f"driftgate/{self.event.subject}",
                type=kind,
                subject=subject,
                time=self.now,
                data={"retraining": retraining, "model": self.model, **data},
                correlation_id=self.event.correlation_id or self.event.id,
                replay=self.event.replay,
            )
        )


def in_phase(
    one: Retraining, phase: RetrainingPhase, because: str, look: Look, **changes: Any
) -> Retraining:
    """The retraining in another phase, and why; its end where nothing is to come of it."""
    return replace(
        one,
        phase=phase,
        because=because,
        changed=look.now,
        ended=None if phase.is_open else look.now,
        **changes,
    )


def standing(one: Retraining, look: Look, *, reason: str = "") -> Finding:
    """Where a retraining stands, for people and for whoever explains it later."""
    return Finding(
        rule=Rule.RETRAINING,
        thing=f"retraining/{one.id}",
        verdict=Verdict.FAIL if one.phase in _WRONG or _no_version(one) else Verdict.PASS,
        reason=reason or one.phase.value,
        sentence=f"The retraining of {look.model} ({named(one)}) is {spelled(one.phase)}"
        f"{': ' + one.because if one.because else ''}.",
        details={
            "retraining": one.id,
            "phase": one.phase.value,
            "cause": one.cause,
            "window": one.window,
            "version": one.version,
            "job": one.job,
            "run": one.run,
        },
    )


def noted(
    look: Look,
    reason: str,
    sentence: str,
    *,
    verdict: Verdict = Verdict.PASS,
    retraining: str = "",
    until: datetime | None = None,
) -> Finding:
    """What is said besides, of one retraining or of all of the model's."""
    return Finding(
        rule=Rule.RETRAINING,
        thing=f"retraining/{retraining or look.model}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        details={"model": look.model, "until": until},
    )


def named(one: Retraining) -> str:
    """What a retraining is for, as people speak of it."""
    return f"for {one.cause}" if one.cause else one.id[:16]


def wait(causes: int) -> str:
    """How many causes wait, as the beginning of a sentence or the end of one.

    >>> wait(1), wait(2)
    ('1 cause waits', '2 causes wait')
    """
    return "1 cause waits" if causes == 1 else f"{causes} causes wait"


def spelled(phase: RetrainingPhase) -> str:
    """A phase as a word of a sentence."""
    return {
        RetrainingPhase.APPROVING: "waiting for approval",
        RetrainingPhase.NO_VERSION: "over without a version",
        RetrainingPhase.NOT_PROMOTED: "over, its version not promoted",
    }.get(phase, phase.value)


def _no_version(one: Retraining) -> bool:
    return one.phase is RetrainingPhase.NO_VERSION and not one.posted
