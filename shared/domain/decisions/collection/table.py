"""Whether rows still come into the table of Log Analytics that holds what a model scores."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.collection.expected import judge_came
from shared.domain.decisions.collection.stream import latest
from shared.domain.decisions.settle import settle
from shared.domain.evidence import CollectionEvidence, TableSeen
from shared.domain.finding import Finding, Rule
from shared.domain.policy import CollectionPolicy
from shared.domain.state import CollectionWatch, Stream, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_count, spell_duration, spell_number, spell_time

_NO_DEPLOYMENT = "its rows lie in a table, which tells no deployments apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """The table at one look; `last` is the end of the last hour that is known to have rows."""

    model: str
    evidence: CollectionEvidence
    table: TableSeen
    rules: CollectionPolicy
    last: datetime | None
    since: datetime


def decide_table(
    model: str,
    evidence: CollectionEvidence,
    table: TableSeen,
    rules: CollectionPolicy,
    state: SubjectState,
    at: datetime,
    now: datetime,
) -> Outcome:
    """Tell when no row has come for the policy's `silence` although there were requests.

    Rows are known by the hour: those of an hour may stand for any of its requests. Where no
    endpoint counts requests, a table that had rows before is silent without them.
    """
    key = f"table/{table.name}"
    known = state.collection.inputs.get(key, Stream(carries=table.name))
    look = _Look(
        model=model,
        evidence=evidence,
        table=table,
        rules=rules,
        last=latest(table.last, known.last),
        since=state.collection.since or at,
    )
    finding = _judge(look)
    actions, records = settle(
        state.alerts,
        [_alert(look, finding)] if finding.verdict is Verdict.FAIL else [],
        covered=lambda alert: (
            _is_of_rows(alert) and ("deployment" in alert.labels or finding.verdict is Verdict.PASS)
        ),
        over=lambda alert: _NO_DEPLOYMENT if "deployment" in alert.labels else _why_over(finding),
        now=now,
    )
    watch = CollectionWatch(
        since=look.since, inputs={key: replace(known, last=look.last)}, outputs={}
    )
    return Outcome(
        findings=(finding,), actions=actions, state=replace(state, alerts=records, collection=watch)
    )


def _judge(look: _Look) -> Finding:
    table, evidence = look.table, look.evidence
    span = f"from {spell_time(evidence.start)} to {spell_time(evidence.settled)}"
    if table.hours:
        hours = spell_count(table.hours, "hour")
        sentence = f"Rows of {hours} {span} lie in the table {table.name}."
        return _finding(look, Verdict.PASS, "rows_came", sentence)
    since = "ever" if look.last is None else f"since {spell_time(look.last)}"
    none = f"No row that {look.model} scored lies in the table {table.name} {since}"
    if evidence.endpoint is None:
        if look.last is None:
            return _finding(look, Verdict.INCONCLUSIVE, "no_rows_yet", f"{none}.")
        return _silent(look, f"{none}.")
    if table.requests is None:
        sentence = (
            f"{none}, and the requests of {evidence.endpoint} are not counted, so whether any was "
            "to come is not known. Switch its traffic log or its metrics on."
        )
        return _finding(look, Verdict.INCONCLUSIVE, "requests_unknown", sentence)
    if not table.requests:
        sentence = f"{evidence.endpoint} had no requests {span}, so no rows are to be expected."
        return _finding(look, Verdict.PASS, "no_traffic", sentence)
    served = f"{none}, although {spell_number(table.requests)} requests were served {span}"
    if judge_came(0, table.requests, 1.0).verdict is not Verdict.FAIL:
        sentence = f"{served}; that can be chance."
        return _finding(look, Verdict.INCONCLUSIVE, "too_few_requests", sentence)
    return _silent(look, f"{served}.")


def _silent(look: _Look, sentence: str) -> Finding:
    waited = look.evidence.settled - (look.last or look.since)
    over = waited >= look.rules.silence
    finding = _finding(
        look,
        Verdict.FAIL if over else Verdict.INCONCLUSIVE,
        "no_rows" if over else "within_silence",
        sentence,
    )
    return replace(
        finding,
        statistic="silent_seconds",
        estimate=waited.total_seconds(),
        limit=look.rules.silence.total_seconds(),
    )


def _alert(look: _Look, finding: Finding) -> Alert:
    table = look.table.name
    return Alert(
        kind=AlertKind.NO_INFERENCE_DATA,
        subject=f"model/{look.model}",
        severity=Severity(look.rules.severity),
        title=f"no rows of {look.model} come into the table {table}",
        text=(
            f"{finding.sentence} Rows may come {spell_duration(look.rules.late)} late; these are "
            "later. Drift cannot be watched without them."
        ),
        first_step=(
            f"See in Log Analytics when the last came: {table} | summarize max(ingestion_time()); "
            "then look for errors of what sends them, and of its data collection rule."
        ),
        since=look.last or look.since,
        labels={"model": look.model},
    )


def _is_of_rows(alert: Alert) -> bool:
    return alert.kind in {
        AlertKind.NO_INFERENCE_DATA,
        AlertKind.DATA_STOPPED,
        AlertKind.DATA_INCOMPLETE,
    }


def _why_over(finding: Finding) -> str:
    if finding.reason == "rows_came":
        return "rows come into the table again"
    return "no deployment of the model has traffic"


def _finding(look: _Look, verdict: Verdict, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.COLLECTION,
        thing=f"table/{look.table.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        n=look.table.requests,
    )
