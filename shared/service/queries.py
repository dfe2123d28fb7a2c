"""What is known, as plain JSON values: for the command, the API and the console."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import format_time, parse_time, to_plain
from shared.domain.event import EXTENSION_PREFIX, Check, EventType
from shared.domain.finding import Rule
from shared.domain.glance import Glance
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.errors import InvalidPolicy, NotFound
from shared.ports import Archive, Ledger, Policies
from shared.service.codec import decode, parts
from shared.service.explaining.standings import Standing, standings
from shared.service.retrainings import retraining_row

_LET_THROUGH = frozenset({Phase.REQUESTED, Phase.RUNNING, Phase.DONE})
_MOST_DECISIONS = 1000
_LONGEST_GOOD = timedelta(days=1)
"""So long a judgement counts that rests on nothing that ages: limits and records may change."""
_ITS_OWN = Check.PROMOTION.value
_CHECKS = frozenset({_ITS_OWN, Check.RECONCILE.value})
_OF_PROMOTIONS = frozenset(
    {
        EXTENSION_PREFIX + EventType.CHECK_DUE,
        EXTENSION_PREFIX + EventType.CHECK_ASKED,
        EXTENSION_PREFIX + EventType.MODEL_REGISTERED,
        EXTENSION_PREFIX + EventType.PROMOTION_STARTED,
    }
)
_FOR_ITSELF = ("alerts/", "receiver/", "silences/", "retraining/", "budget/", "replay/")
_NOT_LOOKED = frozenset({Rule.POLICY_FOUND.value, Rule.READABLE.value})


def alerts(
    ledger: Ledger,
    now: datetime,
    *,
    subjects: Collection[str] | None = None,
    scopes: Collection[str] | None = None,
    glances: Mapping[str, Glance] | None = None,
) -> list[dict[str, Any]]:
    """Every alert of the last month, with who is told of it; those that fire come first.

    Only of these subjects, told of by these scopes, where they are named. Whoever has `glances` of
    all subjects spares their reading.
    """
    if glances is None and (subjects is None or scopes is None):
        glances = ledger.glances()
    if subjects is None:
        subjects = [subject for subject, glance in (glances or {}).items() if glance.alerts]
    known = standings(ledger, now, scopes, glances)
    found = [
        {"subject": subject, **_alert(name, record), **_standing(name, known)}
        for subject, records in _alerts(ledger, subjects).items()
        for name, record in records.items()
    ]
    found.sort(key=lambda alert: alert["posted"], reverse=True)
    found.sort(key=lambda alert: alert["status"] != AlertStatus.FIRING.value)
    return found


def alerts_of(ledger: Ledger, subjects: Iterable[str], now: datetime) -> list[dict[str, Any]]:
    """Those of some subjects that fire, as `alerts` tells them."""
    known = standings(ledger, now)
    return [
        {"subject": subject, **_alert(name, record), **_standing(name, known)}
        for subject, records in _alerts(ledger, subjects).items()
        for name, record in records.items()
        if record.status is AlertStatus.FIRING
    ]


def events(
    archive: Archive, limit: int = 100, *, until: datetime | None = None
) -> list[dict[str, Any]]:
    """What came in before `until`, newest first, with the refusal of what could not be read."""
    return [
        {
            "key": archived.key,
            "received": to_plain(archived.received),
            "via": archived.via,
            "id": (archived.event or {}).get("id"),
            "type": (archived.event or {}).get("type"),
            "subject": (archived.event or {}).get("subject"),
            "time": (archived.event or {}).get("time"),
            "refusal": archived.refusal,
        }
        for archived in archive.list(until=until, limit=limit)
    ]


def overview(ledger: Ledger) -> list[dict[str, Any]]:
    """One row a subject: its last verdict, when, and how many alerts fire.

    What Driftgate keeps for itself, such as whom it told what, is left out while nothing of it
    fires.
    """
    return [
        overview_row(subject, glance)
        for subject, glance in ledger.glances().items()
        if glance.fires or not subject.startswith(_FOR_ITSELF)
    ]


def overview_row(subject: str, glance: Glance) -> dict[str, Any]:
    """The row of one subject."""
    return {
        "subject": subject,
        "verdict": glance.verdict,
        "event": glance.event,
        "decided": to_plain(glance.decided),
        "firing": glance.fires,
    }


def _alerts(ledger: Ledger, subjects: Iterable[str]) -> Mapping[str, Mapping[str, AlertRecord]]:
    return parts(ledger, "alerts", subjects, dict[str, AlertRecord])


def status(ledger: Ledger, name: str, now: datetime | None = None) -> dict[str, Any]:
    """One model or endpoint: its state and its last decisions.

    `name` is a subject (`model/loan-default`) or just the model's or endpoint's name.
    Raises NotFound when nothing was ever decided about it.
    """
    known = ledger.subjects()
    matching = [s for s in known if s == name or s.partition("/")[2] == name]
    if not matching:
        raise NotFound(
            f"Nothing is known of {name}; known are: {', '.join(known) or 'no subjects yet'}."
        )
    told = standings(ledger, now)
    return {"name": name, "subjects": [_subject(ledger, subject, told) for subject in matching]}


def _subject(ledger: Ledger, subject: str, told: Mapping[str, Standing]) -> dict[str, Any]:
    state = _state(ledger, subject)
    return {
        "subject": subject,
        "alerts": [
            {**_alert(name, record), **_standing(name, told)}
            for name, record in state.alerts.items()
        ],
        "deployments": to_plain(state.deployments),
        "baselines": dict(state.baselines),
        "versions": dict(state.versions),
        "promotions": [_promotion(subject, one) for one in reversed(state.promotions)],
        "retrainings": [retraining_row(one) for one in reversed(state.retraining.retrainings)],
        "checks": to_plain(state.checks),
        "decisions": [shown(decision) for decision in ledger.decisions(subject, limit=5)],
    }


def _promotion(subject: str, promotion: Promotion) -> dict[str, Any]:
    """Where a version stands on its way, newest first; what it rests on is named by its hash."""
    plain: dict[str, Any] = {
        "promotion": promotion.identity(subject.partition("/")[2]),
        "version": promotion.version,
        "stage": promotion.stage,
        "phase": promotion.phase.value,
        "why": promotion.why,
        "since": to_plain(promotion.since),
        "begun": to_plain(promotion.begun),
        "champion": promotion.champion,
        "basis": promotion.basis,
        "missing": list(promotion.missing) if promotion.phase.is_open else [],
        "run": to_plain(promotion.run),
        "approvals": to_plain(promotion.approvals),
        "rollout": to_plain(promotion.rollout),
    }
    return plain


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)


def _alert(fingerprint: str, record: AlertRecord) -> dict[str, Any]:
    alert = record.alert
    plain: dict[str, Any] = {
        "fingerprint": fingerprint,
        "status": record.status.value,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "title": alert.title,
        "text": alert.text,
        "first_step": alert.first_step,
        "labels": dict(alert.labels),
        "since": to_plain(alert.since),
        "posted": to_plain(record.posted),
        "resolved": to_plain(record.resolved),
        "reason": record.reason,
    }
    return plain


def _standing(fingerprint: str, known: Mapping[str, Standing]) -> dict[str, Any]:
    """Who has it in hand, whom it was told, what holds it, when the next notice is due."""
    standing = known.get(fingerprint) or Standing(scope="")
    return {
        "owner": standing.owner,
        "owned_until": to_plain(standing.owned_until),
        "silenced_by": list(standing.silenced_by),
        "told": to_plain(standing.told),
        "held": dict(standing.held),
        "next_notice": to_plain(standing.next_notice),
        "flapping": standing.flapping,
    }


def shown(decision: Mapping[str, Any]) -> dict[str, Any]:
    """A decision for programs: event id and subject on top, each action with its message id.

    Behind those of the actions are the messages that tell a scope of its alerts.
    """
    event = decision["event"]
    actions = zip(decision["actions"], decision["messages"], strict=False)
    kept = {name: value for name, value in decision.items() if name not in {"messages", "kept"}}
    return {
        "event_id": event["id"],
        "subject": event["subject"],
        **kept,
        "actions": [{**action, "message_id": message} for action, message in actions],
    }


def gate(
    ledger: Ledger,
    policies: Policies,
    model: str,
    version: str,
    stage: str | None = None,
    *,
    now: datetime,
) -> dict[str, Any]:
    """What an environment check is told of a version: `successful`, `blocked` or `unknown`.

    Only `successful` lets a pipeline go on: the last look passed every gate and has the approvals
    that are needed, on evidence that may still be used. Where a policy has several stages, one has
    to be named: what passed one of them has passed no other.
    """
    unclear = None if stage is not None else _several_stages(policies, model)
    if unclear is not None:
        return _unknown(stage, unclear)
    promotion = next(
        (
            one
            for one in reversed(_state(ledger, f"model/{model}").promotions)
            if one.version == version and stage in {None, one.stage}
        ),
        None,
    )
    if promotion is None:
        where = f" for {stage}" if stage is not None else ""
        sentence = f"{model}:{version} was never judged{where}; register it, or check its name."
        return _unknown(stage, sentence)
    decision, told = _last_judged(ledger, model, promotion.identity(model))
    sentences = [finding["sentence"] for finding in decision.get("findings", [])]
    verdict = told.get("judged")
    passed = verdict == Verdict.PASS.value and promotion.phase in _LET_THROUGH
    failed = _failed_since(ledger, model, decision)
    if failed is not None:
        passed = False
        sentences.append(f"It was looked at again since, and that failed: {failed}")
    good_until = told.get("good_until")
    if good_until is None and decision:
        good_until = format_time(parse_time(decision["decided"]) + _LONGEST_GOOD)
    if passed and good_until is not None and parse_time(good_until) < now:
        passed = False
        sentences.append(
            f"What it was judged on is too old since {good_until}; it is judged again by the timer."
        )
    if promotion.phase not in _LET_THROUGH:
        sentences.append(f"It is {promotion.phase.value}: {promotion.why.rstrip('.')}.")
    return {
        "status": "successful" if passed else "blocked",
        "stage": promotion.stage,
        "phase": promotion.phase.value,
        "verdict": verdict,
        "decision": decision.get("hash"),
        "findings": sentences,
    }


def _failed_since(ledger: Ledger, model: str, judged: Mapping[str, Any]) -> str | None:
    """Why a later look at the model came to nothing; its gates are not known to pass since then.

    Such a look has no finding of the promotion: the policy, or the registry, could not be read.
    """
    for decision in ledger.decisions(f"model/{model}", limit=_MOST_DECISIONS):
        if decision["hash"] == judged.get("hash"):
            return None
        if decision["event"]["type"] not in _OF_PROMOTIONS:
            continue
        if decision["event"].get("data", {}).get("check", _ITS_OWN) not in _CHECKS:
            continue
        findings = decision["findings"]
        if findings and all(one["rule"] in _NOT_LOOKED for one in findings):
            return " ".join(one["sentence"] for one in findings)
    return None


def _several_stages(policies: Policies, model: str) -> str | None:
    """The sentence that asks for a stage; None where there is but one."""
    try:
        policy = policies.for_model(model)
    except InvalidPolicy as problem:
        return str(problem)
    names = [] if policy is None else [one.name for one in policy.way()]
    if len(names) < 2:
        return None
    return f"{model} has the stages {', '.join(names)}; name one: ?stage={names[-1]}."


def _unknown(stage: str | None, sentence: str) -> dict[str, Any]:
    return {
        "status": "unknown",
        "stage": stage,
        "phase": None,
        "verdict": None,
        "decision": None,
        "findings": [sentence],
    }


def _last_judged(
    ledger: Ledger, model: str, promotion: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The newest decision that judged a promotion, and what it says of it; empty when none did."""
    for decision in ledger.decisions(f"model/{model}", limit=_MOST_DECISIONS):
        for finding in decision["findings"]:
            told = finding.get("details") or {}
            if (
                finding["rule"] == Rule.PROMOTION.value
                and told.get("promotion") == promotion
                and told.get("judged") is not None
            ):
                return decision, told
    return {}, {}
