"""A model's retrainings over hours, written as a line: `0 drift a, 3 started, 9 completed`.

Each step is an hour, a word and what it is of. Between the steps a look comes every hour.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.action import PostAlert, RequestRetraining, ResolveAlert, Tell
from shared.domain.canonical import format_time, to_plain
from shared.domain.decisions.retraining import decide_retraining
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import RetrainingEvidence, TrainedVersion
from shared.domain.pipelines import Approval, ApprovalStep, PipelineRun
from shared.domain.policy import Fleet, PipelinePolicy, Policy, RetrainingPolicy, TrainingPolicy
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import SubjectState
from shared.domain.world import Job
from shared.service.codec import decode
from tests.conftest import NOON

HOUR = timedelta(hours=1)
MODEL = "churn"
SUBJECT = f"retraining/{MODEL}"
JOB = TrainingPolicy(component="train:3", compute="cpu")
PIPELINE = PipelinePolicy(number=12)
RULES = {"job": JOB, "cool_down": timedelta(), "most": 20}


@dataclass
class Course:
    """The governor of one model, with the world that a script makes."""

    rules: dict = field(default_factory=dict)
    fleet: Fleet = field(default_factory=Fleet)
    now: datetime = NOON
    state: SubjectState = field(default_factory=SubjectState)
    world: RetrainingEvidence = field(default_factory=lambda: RetrainingEvidence(taken=NOON))
    policy: Policy | None = None
    requests: list = field(default_factory=list)
    told: list = field(default_factory=list)
    alerts: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    given: list = field(default_factory=list)
    actions: list = field(default_factory=list)
    number: int = 0

    def __post_init__(self):
        self.policy = Policy(model=MODEL, retraining=RetrainingPolicy(**{**RULES, **self.rules}))

    @property
    def hour(self):
        return round((self.now - NOON) / HOUR)

    @property
    def one(self):
        return self.state.retraining.retrainings[-1]

    @property
    def phases(self):
        return [one.phase.value for one in self.state.retraining.retrainings]

    @property
    def firing(self):
        return sorted(
            record.alert.kind.value
            for record in self.state.alerts.values()
            if record.status == "firing"
        )

    def handle(self, event):
        looked = event.type in {EventType.CHECK_DUE, EventType.RETRAINING_WANTED}
        trains = any(
            one.job is not None for one in self.state.retraining.retrainings if one.phase.is_open
        )
        evidence = replace(
            self.world,
            taken=self.now,
            fleet=self.fleet,
            looked=looked,
            job=self.world.job if trains else None,
        )
        self.given.append((event, evidence, self.policy, self.now))
        outcome = decide_retraining(event, evidence, self.policy, self.state, self.now)
        self.state = decode(to_plain(outcome.state), SubjectState)
        self.findings += [(self.hour, found.reason) for found in outcome.findings]
        self.actions += outcome.actions
        for action in outcome.actions:
            if isinstance(action, RequestRetraining):
                self.requests.append((self.hour, action))
            if isinstance(action, Tell):
                self.told.append(action.event)
            if isinstance(action, PostAlert | ResolveAlert):
                self.alerts.append((self.hour, action.kind, action.alert.kind.value))
        return outcome

    def event(self, kind, data, number=None):
        self.number += 1
        return Event(
            id=f"{kind}-{self.number if number is None else number}",
            source="driftgate/test",
            type=kind,
            subject=SUBJECT,
            time=self.now,
            data=data,
        )

    def say(self, kind, **data):
        return self.handle(self.event(kind, data))

    def look(self):
        return self.handle(check_due(Check.RETRAINING, SUBJECT, self.now))

    def wanted(self, cause, window="a", features=("income",)):
        return self.say(
            EventType.RETRAINING_WANTED,
            cause=cause,
            window=span(window),
            features=list(features),
            decision="d",
        )

    def started(self, what="job"):
        told = {"job": "job-1"} if what == "job" else {"pipeline": "12", "run": 7}
        return self.say(EventType.RETRAINING_STARTED, retraining=self.one.id, **told)

    def promotion(self, phase, version, why="auc is too low"):
        made = Promotion(
            version=version,
            stage="production",
            phase=phase,
            begun=self.now,
            since=self.now,
            why=why,
        )
        kept = [one for one in self.world.promotions if one.version != version]
        self.world = replace(self.world, promotions=(*kept, made))

    def version(self, version, tag=None, job=None):
        made = TrainedVersion(
            version=version,
            registered=self.now,
            job=job,
            tags={} if tag is None else {"driftgate-retraining": tag},
        )
        self.world = replace(self.world, versions=(*self.world.versions, made))

    def run(self, state="inProgress", result=None, approval=None, by=None):
        steps = (ApprovalStep(asked="leads", status=approval or "", by=by, comment="not now"),)
        asked = () if approval is None else (Approval(identity="a", status=approval, steps=steps),)
        self.world = replace(
            self.world, run=PipelineRun(number=7, state=state, result=result), approvals=asked
        )

    def job(self, state):
        self.world = replace(self.world, job=Job(name="job-1", state=state))

    def step(self, word, of=""):
        done = {
            "started": lambda: self.started(of or "job"),
            "completed": lambda: self.job(word),
            "failed": lambda: self.job(word),
            "canceled": lambda: self.job(word),
            "version": lambda: self.version(of, tag=self.one.id),
            "stray": lambda: self.version(of),
            "promoted": lambda: self.promotion(Phase.DONE, of),
            "blocked": lambda: self.promotion(Phase.BLOCKED, of),
            "rolling": lambda: self.promotion(Phase.ROLLING, of),
            "unpromoted": lambda: self.promotion(Phase.FAILED, of),
            "refused": self.refused,
            "resumed": self.resumed,
            "over": lambda: setattr(self, "world", replace(self.world, over={of: self.now})),
            "unpolicied": lambda: setattr(self, "policy", None),
            "nothing": lambda: None,
        }
        done.get(word, lambda: self.wanted(word, of or "a"))()

    def refused(self):
        self.say(EventType.RETRAINING_REFUSED, retraining=self.one.id, sentence="No.")

    def resumed(self):
        self.say(EventType.RETRAINING_RESUMED, author="anna", reason="labels mended")

    def play(self, script, until=0):
        """Do each step at its hour, a look after it, and one every hour to the end."""
        steps = [step.split() for step in script.split(",")]
        last = max(until, *(int(step[0]) for step in steps))
        while self.hour <= last:
            for hour, word, *of in steps:
                if int(hour) == self.hour:
                    self.step(word, *of)
            self.look()
            self.now += HOUR
        return self

    def asked(self):
        """The requests as a line: `0 drift, 72 performance`."""
        return ", ".join(
            f"{hour} {action.cause.replace(', ', '+')}" for hour, action in self.requests
        )


def span(name):
    """A window: `0-9` by its hours; `a` is the day that ends at noon, `b` and `1` an hour later."""
    start, to, end = name.partition("-")
    if to:
        return f"{format_time(NOON + int(start) * HOUR)}/{format_time(NOON + int(end) * HOUR)}"
    end = NOON + (int(name) if name.isdigit() else ord(name) - ord("a")) * HOUR
    return f"{format_time(end - 24 * HOUR)}/{format_time(end)}"
