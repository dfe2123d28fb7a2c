"""Whether outputs come while inputs do, and find them again."""

from dataclasses import replace

from shared.domain.alert import AlertKind
from shared.domain.decisions.collection.expected import judge_came
from shared.domain.decisions.collection.joined import judge_joined
from shared.domain.decisions.collection.stream import OUTPUTS, Collecting, Judged
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_number, spell_time

JOIN = "join"


def judge_outputs(stream: Collecting) -> tuple[Judged, ...]:
    """Nothing, where nobody collects outputs; else whether they stopped, and whether they join."""
    seen = stream.seen
    expected = stream.deployment.outputs_sampling is not None
    if stream.last_answer is None and not expected:
        return ()
    if not seen.inputs.settled:
        sentence = f"Deployment {stream.name} collected no inputs to expect outputs of."
        finding = stream.finding(Verdict.PASS, "no_inputs", sentence, OUTPUTS)
        judged = Judged(finding=finding, topic=OUTPUTS, deployment=stream.name, open=True)
        return (judged, _not_asked(stream))
    gap = judge_came(0, seen.inputs_since, stream.answer_rate)
    if gap.verdict is Verdict.FAIL:
        return (_stopped(stream), _not_asked(stream))
    sentence = (
        f"Deployment {stream.name} collected {spell_number(seen.outputs.rows)} output rows; "
        f"{spell_number(seen.inputs_since)} input rows came after the last of them."
    )
    finding = replace(stream.finding(Verdict.PASS, "outputs_came", sentence, OUTPUTS), n=gap.n)
    came = Judged(
        finding=finding, topic=OUTPUTS, deployment=stream.name, open=not seen.outputs.rows
    )
    return (came, _joined(stream) if seen.joined is not None else _not_asked(stream))


def _stopped(stream: Collecting) -> Judged:
    seen, last = stream.seen, stream.last_answer
    since = last or stream.since
    sentence = (
        f"Deployment {stream.name} goes on collecting inputs, and of "
        f"{spell_number(seen.inputs_since)} input rows no output was collected: "
        f"{f'none since {spell_time(last)}' if last is not None else 'none ever came'}."
    )
    finding = replace(
        stream.finding(Verdict.FAIL, "outputs_stopped", sentence, OUTPUTS), n=seen.inputs_since
    )
    alert = stream.alert(
        AlertKind.DATA_STOPPED,
        OUTPUTS,
        title=f"{stream.model}: {stream.name} collects inputs and no outputs",
        text=(
            f"{sentence} Rows may come {spell_duration(stream.policy.late)} late; these are later. "
            "What the model answers is not watched from there on, and no label will find its "
            "prediction."
        ),
        first_step=(
            "Look whether the scoring script still collects model_outputs (an exception before it, "
            "a renamed collector), and whether the collection is switched on for "
            f"{stream.endpoint}/{stream.name}."
        ),
        since=since,
    )
    return Judged(finding=finding, topic=OUTPUTS, deployment=stream.name, alerts=(alert,))


def _joined(stream: Collecting) -> Judged:
    joined = stream.seen.joined
    assert joined is not None  # noqa: S101  only asked for where it was read
    sampling = stream.deployment.outputs_sampling
    rates = {} if sampling is None else {stream.name: sampling}
    finding = judge_joined(joined, f"deployment/{stream.name}/{JOIN}", rates, enforced=True)
    open_ = finding.n_needed is not None or not finding.enforced
    judged = Judged(finding=finding, topic=JOIN, deployment=stream.name, open=open_)
    if finding.verdict is not Verdict.FAIL:
        return judged
    alert = stream.alert(
        AlertKind.DATA_INCOMPLETE,
        JOIN,
        title=f"{stream.model}: inputs and outputs of {stream.name} do not find each other",
        text=(
            f"{finding.sentence} Rows are joined by correlation id and place in the line; what "
            "does not join is lost wherever a prediction is looked at with its inputs or its label."
        ),
        first_step=(
            "Hand the context that the inputs' collect() returns to the outputs' collect(); give "
            "no correlation id twice."
        ),
        since=stream.start,
    )
    return replace(judged, alerts=(alert,))


def _not_asked(stream: Collecting) -> Judged:
    sentence = f"Inputs and outputs of {stream.name} were not joined: one side has no rows."
    finding = stream.finding(Verdict.PASS, "nothing_to_join", sentence, JOIN)
    return Judged(
        finding=replace(finding, enforced=False), topic=JOIN, deployment=stream.name, open=True
    )
