"""Whether input rows come while requests do: all, far fewer, none any more, or none ever."""

from dataclasses import dataclass, replace

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.collection.expected import Came, judge_came
from shared.domain.decisions.collection.sampling import spell_sampling
from shared.domain.decisions.collection.stream import INPUTS, Collecting, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_list, spell_number, spell_time


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsJudged:
    """One deployment's inputs: `silent` when requests came and certainly no row did.

    It is `going` while rows come.
    """

    stream: Collecting
    judged: Judged
    silent: bool = False
    going: bool = False


def judge_inputs(stream: Collecting) -> InputsJudged:
    """Rows against requests.

    A request has one row at least and may have more: rows can only show that too few came.
    """
    seen, rows = stream.seen, stream.seen.inputs.settled
    if not seen.requests and seen.inputs.rows:
        return InputsJudged(stream=stream, judged=_uncounted(stream), going=True)
    if seen.requests is None:
        return InputsJudged(stream=stream, judged=_unknown(stream))
    if not seen.requests:
        return InputsJudged(stream=stream, judged=_without_traffic(stream))
    gap = judge_came(0, (seen.since_last or 0) if rows else seen.requests, stream.rate)
    if gap.verdict is Verdict.FAIL:
        judged = Judged(finding=_silence(stream, gap), topic=INPUTS, deployment=stream.name)
        return InputsJudged(stream=stream, judged=judged, silent=True)
    if rows:
        return InputsJudged(stream=stream, judged=_counted(stream), going=True)
    finding = _numbers(
        stream.finding(
            Verdict.INCONCLUSIVE,
            "too_few_requests",
            f"Deployment {stream.name} had {spell_number(seen.requests)} requests, of which no row "
            f"was collected; that can be chance. {_sampled(stream)}",
        ),
        gap,
    )
    judged = Judged(finding=finding, topic=INPUTS, deployment=stream.name, open=True)
    return InputsJudged(stream=stream, judged=judged)


def judge_silence(inputs: tuple[InputsJudged, ...]) -> tuple[Judged, ...]:
    """Who fell silent: one deployment of several, one in the middle of an hour, or the whole model.

    While another goes on, or where the rows of an hour end before its requests do, the data stopped
    half way, and the wait is over when its rows can no longer come late. Where no deployment
    delivers, the policy's `silence` is waited for.
    """
    silent = [one for one in inputs if one.silent]
    going = any(one.going for one in inputs)
    found = [one.judged for one in inputs if not one.silent]
    told_by_model = []
    for one in silent:
        stream = one.stream
        if stream.last is not None and (going or _cut_off(stream)):
            found.append(replace(one.judged, alerts=(_stopped(stream, one.judged.finding),)))
        elif going and stream.waited >= stream.policy.silence:
            found.append(replace(one.judged, alerts=(_never(stream, one.judged.finding),)))
        else:
            found.append(replace(one.judged, open=True))
            told_by_model.append(one)
    if told_by_model and not going:
        found.append(_whole(told_by_model))
    return tuple(found)


def _cut_off(stream: Collecting) -> bool:
    """Whether rows certainly miss from the rest of the hour that the last row was in."""
    left = stream.seen.hour_left
    return left is not None and judge_came(0, left, stream.rate).verdict is Verdict.FAIL


def _uncounted(stream: Collecting) -> Judged:
    rows = stream.seen.inputs.rows
    sentence = (
        f"Deployment {stream.name} collected {spell_number(rows)} input rows; no requests are "
        "counted, so whether some are missing is not known."
    )
    finding = stream.finding(Verdict.PASS, "rows_came", sentence)
    return Judged(finding=replace(finding, n=rows), topic=INPUTS, deployment=stream.name)


def _unknown(stream: Collecting) -> Judged:
    sentence = (
        f"Deployment {stream.name} collected no row and its requests are not counted, so whether "
        "any was to come is not known. Switch its traffic log or its metrics on."
    )
    finding = stream.finding(Verdict.INCONCLUSIVE, "requests_unknown", sentence)
    return Judged(finding=finding, topic=INPUTS, deployment=stream.name, open=True)


def _without_traffic(stream: Collecting) -> Judged:
    sentence = (
        f"Deployment {stream.name} had no requests from {spell_time(stream.start)} to "
        f"{spell_time(stream.settled)}, so no rows are to be expected."
    )
    finding = stream.finding(Verdict.PASS, "no_traffic", sentence)
    return Judged(finding=finding, topic=INPUTS, deployment=stream.name)


def _counted(stream: Collecting) -> Judged:
    """Rows came: as many as requests let expect, far fewer, or too little to tell.

    Only the time since rows last came again is counted: what is missing of before was told.
    """
    seen = stream.seen
    came = judge_came(seen.steady_rows, seen.steady_requests or 0, stream.rate)
    sampled = _sampled(stream)
    sentence = (
        f"Deployment {stream.name} collected {spell_number(seen.steady_rows)} input rows of "
        f"{spell_number(came.n)} requests. {f'{sampled} ' if sampled else ''}"
    )
    if came.verdict is not Verdict.FAIL:
        sentence += "A request may hold several rows, so a few may still be missing."
        enough = came.verdict is Verdict.PASS or came.share >= stream.rate
        verdict = Verdict.PASS if enough else Verdict.INCONCLUSIVE
        reason = "rows_came" if enough else "too_few_requests"
        finding = _numbers(stream.finding(verdict, reason, sentence), came)
        return Judged(
            finding=finding,
            topic=INPUTS,
            deployment=stream.name,
            open=came.verdict is Verdict.INCONCLUSIVE,
        )
    sentence += (
        f"At most {100.0 * came.high:.3g} % of the requests have left a row, where "
        f"{100.0 * stream.rate:.3g} % should have."
    )
    finding = _numbers(stream.finding(Verdict.FAIL, "far_fewer", sentence), came)
    alert = stream.alert(
        AlertKind.DATA_INCOMPLETE,
        INPUTS,
        title=f"{stream.model}: far fewer rows than requests are collected of {stream.name}",
        text=(
            f"{sentence} Drift is judged on what is left, which need not be like the rest. Rows "
            "are lost when the collector's queue is full, or the script collects some cases only."
        ),
        first_step=_look_at_logs(stream),
        since=seen.steady or stream.start,
    )
    return Judged(finding=finding, topic=INPUTS, deployment=stream.name, alerts=(alert,))


def _silence(stream: Collecting, gap: Came) -> Finding:
    since = f"since {spell_time(stream.last)}" if stream.last is not None else "ever"
    sentence = (
        f"Deployment {stream.name} served {spell_number(gap.n)} requests and no row of them was "
        f"collected; none was {since}. {_sampled(stream)}"
    ).strip()
    return _numbers(stream.finding(Verdict.FAIL, "no_rows", sentence), gap)


def _stopped(stream: Collecting, finding: Finding) -> Alert:
    last = stream.last or stream.since
    hour = (
        f" The rows of that hour end before its requests do ({stream.seen.hour_left} came after)."
        if _cut_off(stream)
        else ""
    )
    return stream.alert(
        AlertKind.DATA_STOPPED,
        INPUTS,
        title=f"{stream.model}: {stream.name} collects no rows since {spell_time(last)}",
        text=(
            f"{finding.sentence}{hour} Rows may come {spell_duration(stream.policy.late)} late; "
            "these are later. What it is asked is not watched for drift from there on."
        ),
        first_step=_look_at_logs(stream),
        since=last,
    )


def _never(stream: Collecting, finding: Finding) -> Alert:
    return stream.alert(
        AlertKind.NO_INFERENCE_DATA,
        INPUTS,
        title=f"{stream.model}: {stream.name} serves and has never collected a row",
        text=f"{finding.sentence} Other deployments of the model do. {_switched_off([stream])}",
        first_step=_switch_on(stream),
        since=stream.since,
    )


def _whole(silent: list[InputsJudged]) -> Judged:
    """The whole model delivers nothing: told once `silence` is over."""
    streams = [one.stream for one in silent]
    stream = min(streams, key=lambda one: one.waited)
    last = stream.last
    since = last or stream.since
    requests = sum(one.seen.requests or 0 for one in streams)
    waited = stream.waited
    sentence = (
        f"No row that {stream.model} scored was collected "
        f"{f'since {spell_time(last)}' if last is not None else 'ever'}, although "
        f"{spell_list([one.name for one in streams])} served {spell_number(requests)} requests "
        f"from {spell_time(stream.start)} to {spell_time(stream.settled)}."
    )
    over = waited >= stream.policy.silence
    finding = Finding(
        rule=Rule.COLLECTION,
        thing=f"model/{stream.model}",
        verdict=Verdict.FAIL if over else Verdict.INCONCLUSIVE,
        reason="no_rows" if over else "within_silence",
        sentence=sentence,
        n=requests,
        statistic="silent_seconds",
        estimate=waited.total_seconds(),
        limit=stream.policy.silence.total_seconds(),
    )
    if not over:
        return Judged(finding=finding, topic=INPUTS, open=True)
    alert = Alert(
        kind=AlertKind.NO_INFERENCE_DATA,
        subject=f"model/{stream.model}",
        severity=Severity(stream.policy.severity),
        title=f"{stream.model} serves and none of its rows is collected",
        text=(
            f"{sentence} Neither drift nor predictions can be watched without them. "
            f"{_switched_off(streams)}"
        ).strip(),
        first_step=_switch_on(stream) if last is None else _look_at_logs(stream),
        since=since,
        labels={"model": stream.model},
    )
    return Judged(finding=finding, topic=INPUTS, alerts=(alert,))


def _sampled(stream: Collecting) -> str:
    sampling = stream.deployment.sampling
    return "" if sampling is None else spell_sampling({stream.name: sampling})


def _switched_off(streams: list[Collecting]) -> str:
    off = [one.name for one in streams if one.deployment.sampling is None]
    return f"No data collector is stated for {spell_list(off)}." if off else ""


def _switch_on(stream: Collecting) -> str:
    return (
        f"See whether model_inputs is switched on: az ml online-deployment show --endpoint-name "
        f"{stream.endpoint} --name {stream.name} --query data_collector; or say in the policy that "
        "no rows are collected: collection: {expected: false}"
    )


def _look_at_logs(stream: Collecting) -> str:
    return (
        "Look for the collector's errors: az ml online-deployment get-logs --endpoint-name "
        f"{stream.endpoint} --name {stream.name} --container inference-server; then whether the "
        "deployment was changed at that time."
    )


def _numbers(finding: Finding, came: Came) -> Finding:
    return replace(
        finding,
        statistic="share_collected",
        estimate=came.share,
        low=came.low,
        high=came.high,
        limit=came.limit,
        n=came.n,
        n_needed=came.needed,
    )
