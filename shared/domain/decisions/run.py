"""A run's event is a hint: the model or monitor it belongs to looks for itself."""

from datetime import datetime

from shared.domain.action import Action, ScheduleCheck
from shared.domain.decision import Outcome
from shared.domain.decisions.external.monitor import look_after_run
from shared.domain.event import Check, Event, check_due
from shared.domain.evidence import RunEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list

_TOLD = {"completed", "finished", "failed", "canceled", "cancelled", "running", "notresponding"}


def decide_run(
    event: Event,
    evidence: RunEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,  # noqa: ARG001
) -> Outcome:
    """Ask for a look at the batch endpoints of the models that wait for such a run.

    The look is a check of the model, in the model's own order, and the same as the timer's. A
    whole run of a known monitor is told to the monitor.
    """
    status = str(event.data.get("status") or "")
    actions: list[Action] = []
    if status.casefold() in _TOLD:
        due = event.time.replace(second=0, microsecond=0)
        details = {"run": event.name, "status": status.casefold()}
        actions += [
            ScheduleCheck(event=check_due(Check.BATCH, f"model/{model}", due, details))
            for model in evidence.models
        ]
    if evidence.profiling is not None and status.casefold() in _TOLD:
        due = event.time.replace(second=0, microsecond=0)
        details = {"run": event.name, "status": status.casefold()}
        actions.append(
            ScheduleCheck(event=check_due(Check.PROFILING, evidence.profiling, due, details))
        )
    if evidence.monitor is not None:
        actions += look_after_run(event, evidence.monitor)
    asked = [action.event.subject for action in actions if isinstance(action, ScheduleCheck)]
    finding = Finding(
        rule=Rule.RECORDED,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="looked_after" if asked else "recorded",
        sentence=(
            f"Run {event.name} is {status or 'of no known state'}; "
            + (f"{spell_list(asked)} is asked to look." if asked else "nobody waits for it.")
        ),
    )
    return Outcome(findings=(finding,), actions=tuple(actions), state=state)
