"""Models and endpoints in lists: how each stands, out of states alone.

No decision and no evidence is read, so that a list of thousands costs what its page shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.alert import AlertKind
from shared.domain.glance import Glance
from shared.domain.promotion import Promotion
from shared.domain.state import AlertRecord, AlertStatus, DeploymentWatch, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.errors import InvalidPolicy
from shared.ports import Ledger, Policies
from shared.service.codec import decode
from shared.service.history import endpoints_of
from shared.service.history.relations import endpoints_in

MODEL, ENDPOINT, _RETRAINING = "model/", "endpoint/", "retraining/"
ABOUT_ZERO = frozenset(
    {
        AlertKind.NO_TRAFFIC.value,
        AlertKind.MIRROR_ONLY.value,
        AlertKind.FORGOTTEN_DEPLOYMENT.value,
        AlertKind.CALLED_BY_HEADER.value,
    }
)
"""Kinds of alerts that say of a deployment that its 0 % is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Something that is watched, by name, and how many of its alerts fire."""

    name: str
    firing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A deployment that carries a version, and its per cent of an endpoint since then."""

    endpoint: str
    deployment: str
    carries: str
    share: float
    since: datetime | None = None
    instances: int | None = None
    requested: datetime | None = None
    alerts: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The version alone."""
        return self.carries.rpartition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """How a model stands: what serves, what has 0 %, what was judged last, where its promotion is.

    `gates` is the verdict on the version that was judged last, `drift` that of the last window;
    `looks` tells when each check last reported, `counting` which rows a look waits for. `problem`
    says why its policy cannot be read.
    """

    name: str
    has_policy: bool
    problem: str | None = None
    serving: tuple[Serving, ...] = ()
    without: tuple[Serving, ...] = ()
    gates: tuple[str, Verdict] | None = None
    drift: Verdict | None = None
    promotion: Promotion | None = None
    looks: dict[str, datetime] = field(default_factory=dict)
    counting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """How an endpoint's traffic stands: what is declared, and which deployments have 0 %."""

    name: str
    models: tuple[str, ...] = ()
    serving: tuple[Serving, ...] = ()
    without: tuple[Serving, ...] = ()
    looks: dict[str, datetime] = field(default_factory=dict)


def watched_models(
    ledger: Ledger, policies: Policies, glances: Mapping[str, Glance] | None = None
) -> list[Watched]:
    """Every model that was decided about or has a policy; what fires first, then by name.

    Alerts of the endpoints that serve it and of its retrainings are counted with its own.
    """
    firing = _firing_of(glances or ledger.glances(), (MODEL, ENDPOINT, _RETRAINING))
    served = {policy.model: endpoints_in(policy) for policy in policies.all()}
    names = {*_names(firing, MODEL), *served}
    return _ordered(
        Watched(
            name=name,
            firing=firing.get(f"{MODEL}{name}", 0)
            + firing.get(f"{_RETRAINING}{name}", 0)
            + sum(firing.get(f"{ENDPOINT}{endpoint}", 0) for endpoint in served.get(name, ())),
        )
        for name in names
    )


def watched_endpoints(
    ledger: Ledger, policies: Policies, glances: Mapping[str, Glance] | None = None
) -> list[Watched]:
    """Every endpoint that was decided about or that a policy names, in the same order."""
    firing = _firing_of(glances or ledger.glances(), (ENDPOINT,))
    named = {name for policy in policies.all() for name in endpoints_in(policy)}
    return _ordered(
        Watched(name=name, firing=firing.get(f"{ENDPOINT}{name}", 0))
        for name in {*_names(firing, ENDPOINT), *named}
    )


def _ordered(rows: Iterable[Watched]) -> list[Watched]:
    return sorted(rows, key=lambda row: (-row.firing, row.name))


def _names(subjects: Iterable[str], kind: str) -> set[str]:
    return {subject.removeprefix(kind) for subject in subjects if subject.startswith(kind)}


def _firing_of(glances: Mapping[str, Glance], kinds: tuple[str, ...]) -> Mapping[str, int]:
    """By subject of these kinds, how many of its alerts fire; no state is read."""
    return {
        subject: glance.fires for subject, glance in glances.items() if subject.startswith(kinds)
    }


def model_row(ledger: Ledger, policies: Policies, name: str) -> ModelRow:
    """One model's row."""
    state = _state(ledger, f"{MODEL}{name}")
    has_policy, problem = _policy(policies, name)
    judged = state.promotions[-1] if state.promotions else None
    deployed = [
        one for one in deployed_of(ledger, policies, name) if one.carries.rpartition(":")[0] == name
    ]
    verdict = None if judged is None else state.versions.get(judged.version)
    return ModelRow(
        name=name,
        has_policy=has_policy,
        problem=problem,
        serving=tuple(one for one in deployed if one.share > 0),
        without=tuple(one for one in deployed if one.share <= 0),
        gates=None if judged is None or verdict is None else (judged.version, Verdict(verdict)),
        drift=Verdict(state.drift.recent[-1]) if state.drift.recent else None,
        promotion=judged,
        looks=dict(state.checks),
        counting=_counting(state),
    )


def _counting(state: SubjectState) -> str | None:
    waits = state.drift.ordered
    if waits is None:
        return None
    due, asked = spell_time(waits.due), spell_time(waits.asked)
    return f"The rows of the drift check due {due} are being counted since {asked}. {waits.told}"


def _policy(policies: Policies, model: str) -> tuple[bool, str | None]:
    try:
        return policies.for_model(model) is not None, None
    except InvalidPolicy as problem:
        return True, str(problem)


def deployed_of(ledger: Ledger, policies: Policies, model: str) -> Iterable[Serving]:
    """Every deployment of a model's endpoints, the largest share of each endpoint first."""
    for endpoint in endpoints_of(policies, model):
        found = _deployments(endpoint, _state(ledger, f"{ENDPOINT}{endpoint}"))
        yield from sorted(found, key=lambda one: (-one.share, one.deployment))


def models_by_endpoint(policies: Policies) -> Mapping[str, tuple[str, ...]]:
    """The models that a policy has served by each endpoint, by name."""
    found: dict[str, list[str]] = {}
    for policy in policies.all():
        for endpoint in endpoints_in(policy):
            found.setdefault(endpoint, []).append(policy.model)
    return {endpoint: tuple(sorted(models)) for endpoint, models in found.items()}


def endpoint_row(ledger: Ledger, name: str, models: tuple[str, ...] = ()) -> EndpointRow:
    """One endpoint's row; `models` are those that it serves."""
    state = _state(ledger, f"{ENDPOINT}{name}")
    deployments = _deployments(name, state)
    served = [one for one in deployments if one.share > 0]
    return EndpointRow(
        name=name,
        models=models,
        serving=tuple(sorted(served, key=lambda one: (-one.share, one.deployment))),
        without=tuple(one for one in deployments if one.share <= 0),
        looks=dict(state.checks),
    )


def _deployments(endpoint: str, state: SubjectState) -> Sequence[Serving]:
    """Every deployment that was there at the last look, and those that have a share without."""
    shift = state.traffic[-1] if state.traffic else None
    shares = {} if shift is None else shift.shares
    models = {} if shift is None else shift.models
    names = sorted({*state.deployments, *(name for name, share in shares.items() if share > 0)})
    found = []
    for name in names:
        watch = state.deployments.get(name)
        share = shares.get(name, 0.0)
        found.append(
            Serving(
                endpoint=endpoint,
                deployment=name,
                carries=(watch.carries if watch is not None else None) or models.get(name, ""),
                share=share,
                since=_since(share, watch),
                instances=None if watch is None else watch.instances,
                requested=None if watch is None else watch.requested,
                alerts=_alerts(name, state.alerts.values()),
            )
        )
    return found


def _since(share: float, watch: DeploymentWatch | None) -> datetime | None:
    """Since when it has a share, or has none."""
    if watch is None:
        return None
    if share > 0:
        return watch.arrived
    return watch.left or watch.completed


def _alerts(deployment: str, records: Iterable[AlertRecord]) -> tuple[str, ...]:
    return tuple(
        record.alert.kind.value
        for record in records
        if _fires(record) and record.alert.labels.get("deployment") == deployment
    )


def _fires(record: AlertRecord) -> bool:
    return record.status is AlertStatus.FIRING


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)
