"""One look at what a model's deployments collect, every rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.collection.columns import judge_columns
from shared.domain.decisions.collection.lines import judge_lines
from shared.domain.decisions.collection.memory import watch_after
from shared.domain.decisions.collection.outputs import judge_outputs
from shared.domain.decisions.collection.stopped import judge_inputs, judge_silence
from shared.domain.decisions.collection.stream import (
    INPUTS,
    OUTPUTS,
    Collecting,
    Judged,
    collecting,
)
from shared.domain.decisions.collection.table import decide_table
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import CollectionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import CollectionPolicy, Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_time

KINDS = frozenset({AlertKind.NO_INFERENCE_DATA, AlertKind.DATA_STOPPED, AlertKind.DATA_INCOMPLETE})


def decide_collection(
    event: Event,
    evidence: CollectionEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge every deployment that carries the model, or the table that its rows lie in.

    An alert ends when its rule no longer fails and can tell. Where no rows are to be expected,
    that is a reason and ends all of them; what cannot be read ends none. A look that comes after a
    later one changes nothing.
    """
    last = state.checks.get(Check.COLLECTION.value)
    if last is not None and event.time < last:
        sentence = f"A later look, of {spell_time(last)}, was made already."
        finding = replace(_of_model(event, Verdict.PASS, "looked_later", sentence), enforced=False)
        return Outcome(findings=(finding,), actions=(), state=state)
    state = replace(state, checks={**state.checks, Check.COLLECTION.value: event.time})
    if evidence.problem is not None:
        finding = _of_model(event, Verdict.ERROR, "cannot_look", evidence.problem)
        return Outcome(findings=(finding,), actions=(), state=state)
    rules = policy.collection if policy is not None else CollectionPolicy()
    if evidence.table is not None:
        return decide_table(event.name, evidence, evidence.table, rules, state, event.time, now)
    reason = _not_expected(event, evidence, policy)
    if reason is not None:
        return _ended(reason, state, now)
    streams = collecting(event.name, evidence, state.collection, rules, event.time)
    judged = (
        *judge_silence(tuple(judge_inputs(stream) for stream in streams)),
        *(one for stream in streams for one in _of_deployment(stream)),
    )
    actions, records = settle(
        state.alerts,
        [alert for one in judged for alert in one.alerts],
        covered=lambda alert: alert.kind in KINDS and _can_tell(alert, judged, streams),
        over=lambda alert: _why_over(alert, streams),
        now=now,
    )
    return Outcome(
        findings=(*_bodies(event, evidence), *(one.finding for one in judged)),
        actions=actions,
        state=replace(
            state,
            alerts=records,
            collection=watch_after(streams, state.collection, event.time),
        ),
    )


def _of_deployment(stream: Collecting) -> tuple[Judged, ...]:
    lines = []
    for topic, rows in ((INPUTS, stream.seen.inputs), (OUTPUTS, stream.seen.outputs)):
        label = f"{topic} lines"
        finding = judge_lines(rows, f"deployment/{stream.name}/{label}", enforced=True)
        if finding is not None:
            lines.append(_lines(stream, label, finding))
    return (*judge_outputs(stream), *lines, *judge_columns(stream))


def _lines(stream: Collecting, label: str, finding: Finding) -> Judged:
    open_ = finding.verdict is Verdict.INCONCLUSIVE
    judged = Judged(finding=finding, topic=label, deployment=stream.name, open=open_)
    if finding.verdict is not Verdict.FAIL:
        return judged
    alert = stream.alert(
        AlertKind.DATA_INCOMPLETE,
        label,
        title=f"{stream.model}: many collected lines of {stream.name} cannot be read",
        text=f"{finding.sentence} Their rows are in no window.",
        first_step="Open the named file at the named line; collect a DataFrame of plain columns.",
        since=stream.start,
    )
    return replace(judged, alerts=(alert,))


def _can_tell(alert: Alert, judged: Sequence[Judged], streams: Sequence[Collecting]) -> bool:
    """Whether this look could have seen the problem of an alert again."""
    deployment = alert.labels.get("deployment")
    if deployment is None:
        delivers = any(stream.seen.inputs.rows for stream in streams)
        return delivers or all(stream.seen.requests == 0 for stream in streams)
    if deployment not in {stream.name for stream in streams}:
        return True
    topic = alert.labels.get("what", "")
    if topic.endswith("lines") and not _lines_read(deployment, topic, streams):
        return False
    return not any(one.open for one in judged if (one.deployment, one.topic) == (deployment, topic))


def _lines_read(deployment: str, topic: str, streams: Sequence[Collecting]) -> int:
    return sum(
        (stream.seen.inputs if topic.startswith(INPUTS) else stream.seen.outputs).lines
        for stream in streams
        if stream.name == deployment
    )


def _why_over(alert: Alert, streams: Sequence[Collecting]) -> str:
    name = alert.labels.get("deployment")
    if name is None:
        served = any(stream.seen.requests for stream in streams)
        return "rows are collected again" if served else "no deployment of the model has traffic"
    stream = next((one for one in streams if one.name == name), None)
    if stream is None:
        return f"deployment {name} is gone or carries another model"
    if "column" in alert.labels:
        column = alert.labels["column"]
        return f"{column} holds values again, or the deployment carries another version"
    if stream.seen.requests == 0 and not stream.seen.inputs.rows:
        return f"deployment {name} has no traffic any more"
    words = {
        INPUTS: "rows are collected again as requests let expect",
        OUTPUTS: "outputs are collected again",
        "join": "inputs and outputs find each other again",
    }
    return words.get(alert.labels.get("what", ""), "the lines can be read again")


def _not_expected(
    event: Event, evidence: CollectionEvidence, policy: Policy | None
) -> tuple[Finding, str] | None:
    """Why no rows are waited for, as a finding and as what ends an alert."""
    if policy is None:
        sentence = f"No policy names the model {event.name}, so no rows of it are waited for."
        return _of_model(event, Verdict.PASS, "no_policy", sentence), "no policy names the model"
    if not policy.collection.expected:
        sentence = f"The policy of {event.name} expects no collected rows."
        reason = "the policy expects no collected rows"
        return _of_model(event, Verdict.PASS, "not_expected", sentence), reason
    if evidence.endpoint is None:
        sentence = f"{event.name} has no online endpoint that could collect rows."
        return _of_model(event, Verdict.PASS, "no_endpoint", sentence), "the endpoint is gone"
    if not evidence.deployments:
        sentence = f"No deployment of {evidence.endpoint} carries {event.name}."
        reason = "no deployment carries the model"
        return _of_model(event, Verdict.PASS, "no_deployment", sentence), reason
    return None


def _ended(told: tuple[Finding, str], state: SubjectState, now: datetime) -> Outcome:
    finding, reason = told
    actions, records = settle(
        state.alerts,
        (),
        covered=lambda alert: alert.kind in KINDS,
        over=lambda _: reason,
        now=now,
    )
    return Outcome(findings=(finding,), actions=actions, state=replace(state, alerts=records))


def _bodies(event: Event, evidence: CollectionEvidence) -> tuple[Finding, ...]:
    """Payload logging keeps bodies of requests, which are no rows of columns."""
    if not evidence.bodies:
        return ()
    sentence = (
        f"{spell_list(list(evidence.bodies))} collect the bodies of requests, which are no rows of "
        "columns; collect model_inputs and model_outputs in the scoring script."
    )
    return (_of_model(event, Verdict.INCONCLUSIVE, "bodies_only", sentence),)


def _of_model(event: Event, verdict: Verdict, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.COLLECTION,
        thing=event.subject,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )
