"""A model on its way: its policy, versions, endpoints and runs, which a test changes and looks at.

Evidence is made as the reaction makes it: of the promotion that the event is about.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.action import (
    PostAlert,
    RequestPromotion,
    RequestRollback,
    ResolveAlert,
    ScheduleCheck,
    TagModel,
)
from shared.domain.canonical import to_plain
from shared.domain.decisions.promotion import concerned, decide_promotion
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import EndpointReading, PipelineReading
from shared.domain.pipelines import Approval, ApprovalStep, PipelineRun
from shared.domain.policy import (
    BakeGate,
    BudgetGate,
    CanaryGate,
    DeploymentGate,
    DriftGate,
    Enforcement,
    ErrorsGate,
    Gates,
    LatencyGate,
    PipelinePolicy,
    Policy,
    RollbackGate,
    RoutingGate,
    StagePolicy,
    WatchPolicy,
)
from shared.domain.promotion import Phase
from shared.domain.state import DeploymentWatch, SubjectState
from shared.domain.world import Deployment, Endpoint, ModelVersion
from shared.service.codec import decode

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFF = Enforcement.OFF
SUBJECT = "model/loan"


def gates(**more):
    """Gates that ask for nothing but an `auc` of 0.9, unless they are told more."""
    quiet = {
        "canary": CanaryGate(mode=OFF),
        "deployment": DeploymentGate(mode=OFF),
        "errors": ErrorsGate(mode=OFF),
        "latency": LatencyGate(mode=OFF),
        "drift": DriftGate(mode=OFF),
        "rollback": RollbackGate(mode=OFF),
        "budget": BudgetGate(mode=OFF),
        "bake": BakeGate(mode=OFF),
        "routing": RoutingGate(mode=OFF),
        "schema": OFF,
        "min_auc": 0.9,
    }
    return Gates(**{**quiet, **more})


def stage(name="production", **more):
    """A stage with an endpoint of its name and pipeline 12, watched for two hours."""
    usual = {
        "endpoint": f"{name}-ep",
        "pipeline": PipelinePolicy(number=12),
        "watch": WatchPolicy(time=2 * HOUR),
    }
    return StagePolicy(name=name, **{**usual, **more})


class Way:
    """The model `loan`; its state is kept between the events, as JSON as a ledger keeps it."""

    def __init__(self, *stages, **policy):
        policy.setdefault("gates", gates())
        self.policy = Policy(model="loan", owner="risk", stages=list(stages or [stage()]), **policy)
        self.state = SubjectState()
        self.now = NOON
        self.models, self.endpoints, self.runs, self.approvals = {}, {}, {}, {}
        self.watches, self.firing, self.unread, self.pipeline_problem = {}, {}, {}, None
        self.answers = {}
        self.actions, self.decided = [], []
        self._count = 0
        for one in self.policy.way():
            if one.endpoint:
                self.serve(one.endpoint, "7")
        self.model("7", auc=0.91, tags={"stage": "production"})

    def model(self, version, *, auc=0.95, at=None, **more):
        known = self.models.get(version)
        self.models[version] = ModelVersion(
            name="loan",
            version=version,
            metrics={} if auc is None else {"auc": auc},
            registered=at or (known.registered if known is not None else self.now),
            **more,
        )

    def serve(self, endpoint, *versions, requests=50):
        """The first version has the traffic, the others are deployed without."""
        deployments = tuple(
            Deployment(name=f"v{v}", provisioning_state="Succeeded", model="loan", version=v)
            for v in versions
        )
        read = Endpoint(
            name=endpoint,
            provisioning_state="Succeeded",
            traffic={f"v{versions[0]}": 100.0} if versions else {},
            deployments=deployments,
        )
        counted = {f"v{versions[0]}": requests} if versions else {}
        self.endpoints[endpoint] = (read, None if requests is None else counted)

    def watch_of(self, endpoint, version, arrived):
        self.watches[endpoint] = {
            f"v{version}": DeploymentWatch(completed=arrived, arrived=arrived)
        }

    def later(self, time):
        self.now += time
        return self

    def registered(self, version, *, at=None, **model):
        if version not in self.models or model:
            self.model(version, at=at, **model)
        return self.tell(EventType.MODEL_REGISTERED, version=version, time=at)

    def check(self, promotion=None):
        data = {} if promotion is None else {"promotion": promotion.identity("loan")}
        return self.handle(check_due(Check.PROMOTION, SUBJECT, self.now, data))

    def started(self, version, number=31, **more):
        promotion = self.of(version)
        self.runs.setdefault(number, PipelineRun(number=number, state="inProgress"))
        told = {"pipeline": "12", "run": number, "address": f"https://runs/{number}", "by": "svc"}
        return self.tell(EventType.PROMOTION_STARTED, **{**self._named(promotion), **told, **more})

    def refused(self, version, sentence="Pipeline 12 is not there."):
        named = self._named(self.of(version))
        return self.tell(EventType.PROMOTION_REFUSED, **named, sentence=sentence)

    def ends(self, number=31, result="succeeded"):
        self.runs[number] = PipelineRun(number=number, state="completed", result=result)
        return self

    def approve(
        self, by, *, number=31, at=None, status="approved", comment=None, timed=True, name=None
    ):
        step = ApprovalStep(
            asked="approvers",
            by=by,
            name=name,
            status=status,
            at=(at or self.now) if timed else None,
            comment=comment,
        )
        before = self.approvals.get(number, ())
        given = Approval(identity=f"a{len(before)}", status=status, steps=(step,))
        self.approvals[number] = (*before, given)
        return self

    def ask(self, version, *, stage="production", run=31, attempt=0):
        return self.tell(
            EventType.CHECK_ASKED, version=version, stage=stage, run=run, attempt=attempt
        )

    def tell(self, kind, *, time=None, **data):
        self._count += 1
        return self.handle(
            Event(
                id=f"event-{self._count}",
                source="driftgate/promotion",
                type=kind,
                subject=SUBJECT,
                time=time or self.now,
                data=data,
                correlation_id=data.get("promotion"),
            )
        )

    def handle(self, event, evidence=None):
        evidence = evidence or self.evidence(event)
        outcome = decide_promotion(event, evidence, self.policy, self.state, self.now)
        self.state = decode(to_plain(outcome.state), SubjectState)
        self.actions += outcome.actions
        self.decided.append(outcome)
        return outcome

    def evidence(self, event):
        promotion = concerned(event, self.state.promotions)
        version = str(event.data.get("version") or "") if promotion is None else promotion.version
        way = self.policy.way()
        names = [one.name for one in way]
        at = (
            0
            if promotion is None
            else names.index(promotion.stage)
            if (promotion.stage in names)
            else 0
        )
        live = promotion is not None and promotion.phase in {Phase.WATCHED, Phase.ROLLING}
        target = self.reading(way[at].endpoint)
        return PromotionEvidence(
            taken=self.now,
            version=version,
            stage=way[at].name,
            candidate=self.models.get(version),
            champion=self._champion(promotion, version, target, live),
            tried=target if live else (self.reading(way[at - 1].endpoint) if at else None),
            target=target,
            pipeline=self._pipeline(promotion),
            problem=None if version in self.models else f"The workspace has no loan:{version}.",
        )

    def reading(self, name):
        if name is None:
            return None
        if name in self.unread:
            return EndpointReading(name=name, taken=self.now, problem=self.unread[name])
        endpoint, requests = self.endpoints[name]
        return EndpointReading(
            name=name,
            taken=self.now,
            endpoint=endpoint,
            requests=requests,
            watches=self.watches.get(name, {}),
            firing=self.firing.get(name, {}),
            health=self.answers.get(name),
            health_since=self.now - HOUR,
        )

    def _champion(self, promotion, version, target, live):
        if live:
            return self.models.get(promotion.champion)
        serving = target.endpoint.serving() if target and target.endpoint else None
        serves = None if serving is None else serving.version
        if serves == version:
            serves = None if promotion is None else promotion.champion
        return self.models.get(serves)

    def _pipeline(self, promotion):
        if promotion is None or promotion.run is None:
            return None
        if self.pipeline_problem is not None:
            return PipelineReading(taken=self.now, problem=self.pipeline_problem)
        number = promotion.run.number
        return PipelineReading(
            taken=self.now,
            run=self.runs.get(number),
            approvals=self.approvals.get(number, ()),
        )

    def _named(self, promotion):
        return {
            "promotion": promotion.identity("loan"),
            "version": promotion.version,
            "stage": promotion.stage,
        }

    def of(self, version, stage=None):
        """The last promotion of a version."""
        return next(
            one
            for one in reversed(self.state.promotions)
            if one.version == version and stage in {None, one.stage}
        )

    def phase(self, version, stage=None):
        return self.of(version, stage).phase.value

    def set_stage(self, **more):
        [one, *others] = self.policy.stages
        self.policy = replace(self.policy, stages=[replace(one, **more), *others])

    def requests(self):
        return [a for a in self.actions if isinstance(a, RequestPromotion)]

    def rollbacks(self):
        return [a for a in self.actions if isinstance(a, RequestRollback)]

    def tags(self):
        return [(a.version, a.tags) for a in self.actions if isinstance(a, TagModel)]

    def looks(self, outcome=None):
        actions = self.actions if outcome is None else outcome.actions
        return [a.event for a in actions if isinstance(a, ScheduleCheck)]

    def told(self):
        """Alerts in their order, as `+kind` and `-kind`."""
        said = []
        for action in self.actions:
            if isinstance(action, PostAlert):
                said.append(f"+{action.alert.kind.value}")
            if isinstance(action, ResolveAlert):
                said.append(f"-{action.alert.kind.value}")
        return said

    def last_told(self):
        """The last alert that began or ended."""
        return next(a for a in reversed(self.actions) if isinstance(a, PostAlert | ResolveAlert))

    def live(self, version="8", *, champion="7"):
        """A version that went through its pipeline and serves, watched from now on."""
        self.registered(version)
        self.started(version)
        self.ends()
        first = self.policy.way()[0]
        self.serve(first.endpoint, version, champion)
        self.later(5 * MINUTE).check()
        return self


def verdict(outcome):
    """The verdict of the decision."""
    from shared.domain.verdict import worst

    return worst(finding.verdict for finding in outcome.findings if finding.enforced).value


def found(outcome, rule):
    """The finding of a rule."""
    return next(finding for finding in outcome.findings if finding.rule == rule)
