"""What trains a model again runs and ends, somebody approves it, and somebody lets it go on."""

from shared.domain.people.retraining import retraining_resumed
from shared.domain.world import RETRAINING_TAG
from shared.errors import InvalidData, InvalidScenario
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.trainings import Started, started
from shared.scenarios.verbs.models import VERSION, register
from shared.scenarios.verbs.verb import Vocabulary
from shared.scenarios.workspace import written

verbs = Vocabulary()


@verbs.add("the retraining of NAME runs")
def runs(stage: Stage, found: Found) -> None:
    """Its job has left the queue; a run is under way from its start on."""
    one = _started(stage, found)
    if one.number is None:
        one.change(state="Running", started=written(stage.now))


@verbs.add("the retraining of NAME succeeds [and registers MODEL]", clauses=VERSION)
def succeeds(stage: Stage, found: Found) -> None:
    """It is over, and with it a version may be there, tagged as the samples of pipelines do it."""
    one = _started(stage, found)
    _end(stage, one, job="Completed", run="succeeded")
    if "model" in found:
        register(stage, found, tags={RETRAINING_TAG: one.retraining})


@verbs.add("the retraining of NAME fails")
def fails(stage: Stage, found: Found) -> None:
    """Its job, or its run, failed."""
    _end(stage, _started(stage, found), job="Failed", run="failed")


@verbs.add("the retraining of NAME is cancelled")
def is_cancelled(stage: Stage, found: Found) -> None:
    """Somebody stopped it."""
    _end(stage, _started(stage, found), job="Canceled", run="canceled")


@verbs.add("the retraining of NAME waits for approval")
def waits(stage: Stage, found: Found) -> None:
    """Its run has come to its environment, whose approvers are asked."""
    _approval(_of_pipeline(stage, found), "pending", [])


@verbs.add("PERSON approves the retraining of NAME [because TEXT]")
def approves(stage: Stage, found: Found) -> None:
    """In the environment that its run waits at."""
    _act(stage, found, "approved")


@verbs.add("PERSON refuses the retraining of NAME [because TEXT]")
def refuses(stage: Stage, found: Found) -> None:
    """The platform then ends its run."""
    _act(stage, found, "rejected")
    _end(stage, _of_pipeline(stage, found), job="", run="failed")


@verbs.add("PERSON resumes retraining of NAME because TEXT")
def resumes(stage: Stage, found: Found) -> None:
    """Said by Driftgate's own command, so nothing loses it."""
    try:
        event = retraining_resumed(
            found.text("name"),
            author=found.text("person"),
            reason=found.text("text"),
            now=stage.now,
        )
    except InvalidData as problem:
        raise InvalidScenario(f"line {found.line}: {problem}") from problem
    stage.commands.append(event)


def _started(stage: Stage, found: Found) -> Started:
    return started(stage.files.folder, found.text("name"))


def _of_pipeline(stage: Stage, found: Found) -> Started:
    one = _started(stage, found)
    if one.number is None:
        raise InvalidScenario(
            f"line {found.line}: a job trains {found.text('name')}, and only a pipeline's run is "
            "approved; name a `pipeline` in the policy's `retraining`."
        )
    return one


def _end(stage: Stage, one: Started, *, job: str, run: str) -> None:
    if one.number is None:
        one.change(state=job, ended=written(stage.now))
    else:
        one.change(state="completed", result=run, finished=written(stage.now))


def _act(stage: Stage, found: Found, status: str) -> None:
    comment = found.optional("text")
    step = {
        "asked": "the approvers",
        "status": status,
        "at": written(stage.now),
        "by": found.text("person"),
        **({} if comment is None else {"comment": comment}),
    }
    _approval(_of_pipeline(stage, found), status, [step])


def _approval(one: Started, status: str, steps: list[dict[str, str]]) -> None:
    approval = {"id": f"approval-{one.number}", "status": status, "steps": steps}
    one.change(approvals=[approval])
