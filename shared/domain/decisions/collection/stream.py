"""One deployment's rows as they were collected, with what is remembered of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.evidence import CollectionEvidence, DeploymentCollected
from shared.domain.finding import Finding, Rule
from shared.domain.policy import CollectionPolicy
from shared.domain.state import CollectionWatch, Stream
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment

INPUTS = "model_inputs"
OUTPUTS = "model_outputs"
_WHOLE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a rule concluded of one topic; while it is `open` no alert ends by it."""

    finding: Finding
    topic: str
    deployment: str | None = None
    alerts: tuple[Alert, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """A deployment that carries the model, at one look.

    Rows of [start, settled) can no longer come late. `asked` and `answered` are what is remembered
    of its inputs and outputs; nothing was expected of it before `since`, and nothing is known of
    what it served before `watched`.
    """

    model: str
    endpoint: str
    at: datetime
    start: datetime
    settled: datetime
    seen: DeploymentCollected
    asked: Stream
    answered: Stream
    since: datetime
    watched: datetime
    policy: CollectionPolicy

    @property
    def deployment(self) -> Deployment:
        """The deployment as it was read."""
        return self.seen.deployment

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.seen.deployment.name

    @property
    def rate(self) -> float:
        """The share of requests whose inputs are collected; all of them where nothing is stated."""
        sampling = self.deployment.sampling
        return 1.0 if sampling is None else sampling / _WHOLE

    @property
    def answer_rate(self) -> float:
        """How many outputs there should be for each input that was collected, one at most."""
        sampling = self.deployment.outputs_sampling
        rate = 1.0 if sampling is None else sampling / _WHOLE
        return min(1.0, rate / self.rate) if self.rate > 0.0 else 1.0

    @property
    def last(self) -> datetime | None:
        """When its last input row was, as far back as is remembered."""
        return latest(self.seen.inputs.last, self.asked.last)

    @property
    def waited(self) -> timedelta:
        """How long it has certainly been waited for a row that could no longer come late."""
        return self.settled - (self.last or self.watched)

    @property
    def last_answer(self) -> datetime | None:
        """When its last output row was."""
        return latest(self.seen.outputs.last, self.answered.last)

    def finding(self, verdict: Verdict, reason: str, sentence: str, topic: str = "") -> Finding:
        """A finding on this deployment."""
        return Finding(
            rule=Rule.COLLECTION,
            thing=f"deployment/{self.name}" + (f"/{topic}" if topic else ""),
            verdict=verdict,
            reason=reason,
            sentence=sentence,
        )

    def alert(
        self,
        kind: AlertKind,
        topic: str,
        *,
        title: str,
        text: str,
        first_step: str,
        since: datetime,
        column: str | None = None,
    ) -> Alert:
        """An alert on this deployment, known by the model, the deployment and the topic."""
        labels = {"model": self.model, "deployment": self.name, "what": topic}
        return Alert(
            kind=kind,
            subject=f"model/{self.model}",
            severity=Severity(self.policy.severity),
            title=title,
            text=text,
            first_step=first_step,
            since=since,
            labels=labels if column is None else {**labels, "column": column},
        )


def collecting(
    model: str,
    evidence: CollectionEvidence,
    watch: CollectionWatch,
    policy: CollectionPolicy,
    at: datetime,
) -> tuple[Collecting, ...]:
    """Every deployment that was looked at, with what is remembered of it."""
    first = watch.since or at
    return tuple(
        Collecting(
            model=model,
            endpoint=evidence.endpoint or "",
            at=at,
            start=evidence.start,
            settled=evidence.settled,
            seen=seen,
            asked=_of_version(watch.inputs.get(seen.deployment.name), seen),
            answered=_of_version(watch.outputs.get(seen.deployment.name), seen),
            since=seen.deployment.changed or first,
            watched=max(first, seen.deployment.changed or first),
            policy=policy,
        )
        for seen in evidence.deployments
    )


def _of_version(known: Stream | None, seen: DeploymentCollected) -> Stream:
    """Another version may have other columns; its rows are still the deployment's."""
    carries = seen.deployment.version
    stream = known or Stream(carries=carries)
    return stream if stream.carries == carries else Stream(last=stream.last, carries=carries)


def latest(*times: datetime | None) -> datetime | None:
    """The last of those that are known."""
    return max((time for time in times if time is not None), default=None)
