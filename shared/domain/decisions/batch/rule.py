"""What every rule about a batch endpoint is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.batch.history import History, Run
from shared.domain.finding import Finding, Rule
from shared.domain.policy import BatchPolicy
from shared.domain.state import BatchWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch endpoint of a model: what its owner asked for, its runs, what is remembered."""

    model: str
    policy: BatchPolicy
    history: History
    watch: BatchWatch

    @property
    def endpoint(self) -> str:
        """Its name."""
        return self.policy.endpoint

    @property
    def at(self) -> datetime:
        """When it was looked at."""
        return self.history.at

    @property
    def subject(self) -> str:
        """Whose alerts they are."""
        return f"model/{self.model}"

    @property
    def labels(self) -> dict[str, str]:
        """What its alerts are known by."""
        return {"model": self.model, "batch": self.endpoint}

    @property
    def due(self) -> datetime:
        """By when a run has to have begun: a period and the grace after the last that completed.

        Where that is over before anybody looked, or before the schedule was changed, it is counted
        from then.
        """
        allowed = self.policy.every + self.policy.grace
        last = self.history.success
        since = self.watch.since
        if last is None or last.began is None or last.began + allowed < since:
            return since + allowed
        return last.began + allowed

    def finding(
        self,
        verdict: Verdict,
        reason: str,
        sentence: str,
        *,
        statistic: str | None = None,
        estimate: float | None = None,
        limit: float | None = None,
        n: float | None = None,
    ) -> Finding:
        """A finding on it; what it cannot tell does not decide."""
        return Finding(
            rule=Rule.BATCH,
            thing=f"batch/{self.endpoint}",
            verdict=verdict,
            reason=reason,
            sentence=sentence,
            statistic=statistic,
            estimate=estimate,
            limit=limit,
            n=n,
            enforced=verdict is not Verdict.INCONCLUSIVE,
        )

    def usual(self) -> str:
        """How long its completed runs took, as a sentence that says of how many it speaks."""
        lengths = self.history.lengths
        if not lengths:
            return "No completed run tells how long one takes."
        if len(lengths) == 1:
            return f"The one completed run took {spell_duration(lengths[0])}."
        least, most = spell_duration(lengths[0]), spell_duration(lengths[-1])
        span = f"{least} each" if least == most else f"{least} to {most}"
        return f"The last {len(lengths)} completed runs took {span}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a rule concluded; `over` says which kinds of alert end by it, and why.

    `look_again` is when it will know more.
    """

    finding: Finding
    alert: Alert | None = None
    over: Mapping[AlertKind, str] = field(default_factory=dict)
    look_again: datetime | None = None


def milder(severity: str) -> Severity:
    """One step below what the policy says."""
    return {Severity.CRITICAL: Severity.WARNING}.get(Severity(severity), Severity.INFO)


def told(run: Run) -> str:
    """A run with its times: `run r1, began 2026-02-03 04:00 UTC, failed after 12 min`."""
    began = f", began {spell_time(run.began)}" if run.began is not None else ""
    took = f" after {spell_duration(run.ran)}" if run.ran is not None else ""
    return f"run {run.name}{began}, {run.word.lower()}{took}"
