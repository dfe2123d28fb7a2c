"""A model's whole picture as its owner asks for it: alerts, versions, where they serve, policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time, to_plain
from shared.domain.finding import Rule
from shared.domain.notices.scope import scope_of
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.errors import InvalidPolicy, NotFound
from shared.ports import Ledger, Policies
from shared.service import queries
from shared.service.codec import decode
from shared.service.history import endpoints_of
from shared.service.overview.watched import ENDPOINT, MODEL, ModelRow, Serving, model_row
from shared.service.promotion_story import promotions_of
from shared.service.retrainings import retrainings

_LOOKS = {Rule.DRIFT.value: "Drift", Rule.COLLECTION.value: "Whether rows come"}
_UNREAD = frozenset({"cannot_look", "not_counted"})
_MOST_DECISIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version that was judged or is deployed: the gates' verdict, its promotions, where it is.

    `promotions` are rows as `promotions_of` lists them, the newest first.
    """

    version: str
    gates: Verdict | None = None
    has_baseline: bool = False
    promotions: tuple[Mapping[str, Any], ...] = ()
    deployed: tuple[Serving, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPicture:
    """What is known of a model; `alerts` are those of its endpoints and retrainings as well.

    `is_decided` says that something was ever decided about it, `policy` is its policy as it is
    read, with every default, None where it has none or an unreadable one. `unread` are the last
    looks at its rows that could not be made, each as a sentence.
    """

    row: ModelRow
    is_decided: bool
    endpoints: tuple[str, ...] = ()
    alerts: Sequence[Mapping[str, Any]] = ()
    promotions: Sequence[Mapping[str, Any]] = ()
    versions: tuple[VersionRow, ...] = ()
    retraining: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] | None = field(default=None)
    unread: tuple[str, ...] = ()


def model_picture(ledger: Ledger, policies: Policies, name: str, now: datetime) -> ModelPicture:
    """Of one model. Raises NotFound for one that no policy names and nothing was decided about."""
    stored = ledger.state(f"{MODEL}{name}")
    row = model_row(ledger, policies, name)
    if not stored.version and not row.has_policy:
        raise NotFound(
            f"Nothing is known of the model {name[:80]}: no policy names it, and nothing was "
            "decided about it."
        )
    state = decode(stored.state, SubjectState)
    endpoints = endpoints_of(policies, name)
    promotions = promotions_of(ledger, name) if stored.version else []
    listed = retrainings(ledger, name)
    return ModelPicture(
        row=row,
        is_decided=bool(stored.version),
        endpoints=endpoints,
        alerts=alerts_of(ledger, policies, name, endpoints, now),
        promotions=promotions,
        versions=versions_of(state, promotions, (*row.serving, *row.without)),
        retraining=listed[0] if listed else None,
        policy=_policy(policies, name),
        unread=_unread(ledger, name),
    )


def _unread(ledger: Ledger, model: str) -> tuple[str, ...]:
    """The newest look of each kind at a model's rows where it could not be made."""
    told: dict[str, str | None] = {}
    for decision in ledger.decisions(f"{MODEL}{model}", limit=_MOST_DECISIONS):
        for rule in _LOOKS.keys() - told.keys():
            found = [one for one in decision["findings"] if one["rule"] == rule]
            failed = [one for one in found if one["reason"] in _UNREAD]
            if failed:
                at = spell_time(parse_time(decision["decided"]))
                told[rule] = f"{_LOOKS[rule]} could not be looked at {at}: {failed[0]['sentence']}"
            elif found:
                told[rule] = None
        if len(told) == len(_LOOKS):
            break
    return tuple(sentence for rule in _LOOKS if (sentence := told.get(rule)) is not None)


def alerts_of(
    ledger: Ledger, policies: Policies, model: str, endpoints: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """Alerts of the last month on a model, on what serves it and on its retrainings."""
    subjects = [
        f"{MODEL}{model}",
        f"retraining/{model}",
        *(f"{ENDPOINT}{name}" for name in endpoints),
    ]
    scopes = {scope_of(f"{MODEL}{model}", model)} | {
        scope_of(f"{ENDPOINT}{name}", _owner(policies, name)) for name in endpoints
    }
    return queries.alerts(ledger, now, subjects=subjects, scopes=scopes)


def endpoint_alerts(
    ledger: Ledger, policies: Policies, name: str, now: datetime
) -> list[dict[str, Any]]:
    """Alerts of the last month on one endpoint."""
    subject = f"{ENDPOINT}{name}"
    scopes = {scope_of(subject, _owner(policies, name))}
    return queries.alerts(ledger, now, subjects=[subject], scopes=scopes)


def _owner(policies: Policies, endpoint: str) -> str | None:
    try:
        policy = policies.for_endpoint(endpoint)
    except InvalidPolicy:
        return None
    return None if policy is None else policy.model


def versions_of(
    state: SubjectState, promotions: Sequence[Mapping[str, Any]], deployed: Sequence[Serving]
) -> tuple[VersionRow, ...]:
    """Every version that something is known of, the newest first."""
    names = {
        *state.versions,
        *state.baselines,
        *(one["version"] for one in promotions),
        *(one.version for one in deployed),
    }
    begun = {one["version"]: one["begun"] for one in reversed(promotions)}
    rows = [
        VersionRow(
            version=name,
            gates=Verdict(state.versions[name]) if name in state.versions else None,
            has_baseline=name in state.baselines,
            promotions=tuple(
                sorted(
                    (one for one in promotions if one["version"] == name),
                    key=lambda one: str(one["begun"]),
                    reverse=True,
                )
            ),
            deployed=tuple(one for one in deployed if one.version == name),
        )
        for name in names
    ]
    return tuple(
        sorted(
            rows,
            key=lambda row: (_number(row.version), str(begun.get(row.version, "")), row.version),
            reverse=True,
        )
    )


def _number(version: str) -> int:
    """Most versions are numbers; others come behind them, by when they were put forward."""
    return int(version) if version.isascii() and version.isdigit() else -1


def _policy(policies: Policies, model: str) -> Mapping[str, Any] | None:
    try:
        policy = policies.for_model(model)
    except InvalidPolicy:
        return None
    plain = None if policy is None else to_plain(policy)
    return plain if isinstance(plain, dict) else None
