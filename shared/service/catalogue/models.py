"""Models: all of them in rows, and one with all that is known of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.glance import Glance
from shared.domain.ordering import natural
from shared.domain.policy import Policy
from shared.domain.promotion import Promotion
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy, NotFound
from shared.ports import Ledger, Policies
from shared.service.catalogue.looks import MOST_DECISIONS, LastLook, last_looks
from shared.service.codec import decode
from shared.service.history.relations import endpoints_in

_MODEL = "model/"
_NOTHING = Glance()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """A model in a list; `firing` counts its own alerts and those of its endpoints.

    `watched` says that a policy names it; the verdict is that of its last decision.
    """

    model: str
    owner: str | None
    watched: bool
    endpoints: tuple[str, ...]
    verdict: str | None
    decided: datetime | None
    firing: int
    open_promotions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTold:
    """A stage of a policy: where it is, and how many have to approve."""

    stage: str
    endpoint: str | None
    approvals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiTold:
    """A KPI of a policy and how far it may go which way."""

    kpi: str
    direction: str
    limit: float
    relative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTold:
    """What a policy asks for, as far as a page shows it; durations are in seconds."""

    owner: str | None
    endpoint: str | None
    stages: tuple[StageTold, ...]
    drift_limit: float
    drift_window: timedelta
    drift_alarm: str
    drift_retrains: bool
    kpis: tuple[KpiTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTold:
    """A version that is known: what its gates said last, and how far it came.

    `served_by` names the deployments that carry it, as `endpoint/deployment`.
    """

    version: str
    verdict: str | None
    has_baseline: bool
    stage: str | None
    phase: str | None
    served_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTold:
    """A deployment as the last look at its endpoint saw it; `share` is in per cent."""

    endpoint: str
    deployment: str
    model: str | None
    share: float
    completed: datetime
    arrived: datetime | None
    left: datetime | None
    instances: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionTold:
    """A promotion and where it stands."""

    promotion: str
    version: str
    stage: str
    phase: str
    open: bool
    since: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTold:
    """One model; `policy_problem` says why its policy cannot be read, where that is so."""

    model: str
    policy: PolicyTold | None
    policy_problem: str | None
    endpoints: tuple[str, ...]
    versions: tuple[VersionTold, ...]
    deployments: tuple[DeploymentTold, ...]
    promotions: tuple[PromotionTold, ...]
    looks: tuple[LastLook, ...]


def models(ledger: Ledger, policies: Policies) -> list[ModelRow]:
    """Every model that a policy names or something was decided of, by name; no state is read."""
    glances = ledger.glances()
    known = {policy.model: policy for policy in policies.all()}
    names = {name.removeprefix(_MODEL) for name in glances if name.startswith(_MODEL)}
    rows = []
    for name in sorted(names | known.keys()):
        policy = known.get(name)
        endpoints = () if policy is None else endpoints_in(policy)
        own = glances.get(f"{_MODEL}{name}", _NOTHING)
        served = [glances.get(f"endpoint/{one}", _NOTHING) for one in endpoints]
        rows.append(
            ModelRow(
                model=name,
                owner=None if policy is None else policy.owner,
                watched=policy is not None,
                endpoints=endpoints,
                verdict=own.verdict,
                decided=own.decided,
                firing=own.fires + sum(one.fires for one in served),
                open_promotions=own.open,
            )
        )
    return rows


def model_of(ledger: Ledger, policies: Policies, name: str) -> ModelTold:
    """One of them. Raises NotFound for a model that no policy names and nothing was decided of."""
    policy, problem = _policy(policies, name)
    subject = f"{_MODEL}{name}"
    stored = ledger.state(subject)
    if policy is None and problem is None and not stored.version:
        raise _unknown(name)
    state = decode(stored.state, SubjectState)
    endpoints = () if policy is None else endpoints_in(policy)
    deployments = [one for endpoint in endpoints for one in deployments_at(ledger, endpoint)]
    own = tuple(one for one in deployments if one.model is None or _carries(one.model, name))
    return ModelTold(
        model=name,
        policy=None if policy is None else _told(policy),
        policy_problem=problem,
        endpoints=endpoints,
        versions=tuple(_versions(name, state, own)),
        deployments=own,
        promotions=tuple(_promotion(name, one) for one in reversed(state.promotions)),
        looks=last_looks(ledger.decisions(subject, limit=MOST_DECISIONS)),
    )


def require_model(ledger: Ledger, policies: Policies, name: str) -> None:
    """Raises NotFound for a model that no policy names and nothing was decided of."""
    policy, problem = _policy(policies, name)
    if policy is None and problem is None and not ledger.state(f"{_MODEL}{name}").version:
        raise _unknown(name)


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"No policy names a model {name[:80]}, and nothing was decided of one; see /api/v1/models."
    )


def deployments_at(ledger: Ledger, endpoint: str) -> Iterator[DeploymentTold]:
    """An endpoint's deployments as its state remembers them, by name."""
    state = decode(ledger.state(f"endpoint/{endpoint}").state, SubjectState)
    shares = state.traffic[-1].shares if state.traffic else {}
    for name, watch in sorted(state.deployments.items()):
        yield DeploymentTold(
            endpoint=endpoint,
            deployment=name,
            model=watch.carries,
            share=shares.get(name, 0.0),
            completed=watch.completed,
            arrived=watch.arrived,
            left=watch.left,
            instances=watch.instances,
        )


def _carries(carried: str, model: str) -> bool:
    return carried == model or carried.startswith(f"{model}:")


def _policy(policies: Policies, model: str) -> tuple[Policy | None, str | None]:
    try:
        return policies.for_model(model), None
    except InvalidPolicy as problem:
        return None, str(problem)


def _told(policy: Policy) -> PolicyTold:
    return PolicyTold(
        owner=policy.owner,
        endpoint=policy.endpoint,
        stages=tuple(
            StageTold(stage=one.name, endpoint=one.endpoint, approvals=one.approvals.needed)
            for one in policy.way()
        ),
        drift_limit=policy.drift.limit,
        drift_window=policy.drift.window,
        drift_alarm=policy.drift.alarm.value,
        drift_retrains=policy.drift.retrain,
        kpis=tuple(
            KpiTold(
                kpi=one.name,
                direction=one.direction.value,
                limit=one.limit,
                relative=one.relative,
            )
            for one in policy.kpis
        ),
    )


def _versions(
    model: str, state: SubjectState, deployments: tuple[DeploymentTold, ...]
) -> Iterator[VersionTold]:
    """The newest first."""
    last = {one.version: one for one in state.promotions}
    carried = {
        one.model.removeprefix(f"{model}:")
        for one in deployments
        if one.model is not None and ":" in one.model
    }
    for version in sorted({*state.versions, *state.baselines, *last, *carried}, key=natural)[::-1]:
        promotion = last.get(version)
        yield VersionTold(
            version=version,
            verdict=state.versions.get(version),
            has_baseline=version in state.baselines,
            stage=None if promotion is None else promotion.stage,
            phase=None if promotion is None else promotion.phase.value,
            served_by=tuple(
                f"{one.endpoint}/{one.deployment}"
                for one in deployments
                if one.model == f"{model}:{version}"
            ),
        )


def _promotion(model: str, promotion: Promotion) -> PromotionTold:
    return PromotionTold(
        promotion=promotion.identity(model),
        version=promotion.version,
        stage=promotion.stage,
        phase=promotion.phase.value,
        open=promotion.phase.is_open,
        since=promotion.since,
        why=promotion.why,
    )
