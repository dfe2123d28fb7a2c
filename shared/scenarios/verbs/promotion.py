"""Pipelines run, people approve and let pass, an environment asks, and a version changes."""

from pathlib import Path

from shared.bootstrap import Application
from shared.domain.people.override import override_given, override_withdrawn
from shared.errors import InvalidData, InvalidScenario, NotFound
from shared.scenarios.devops_events import approval_completed, check_call, run_completed
from shared.scenarios.phrases import Found
from shared.scenarios.pipelines import read_mapping, write_mapping
from shared.scenarios.stage import Stage
from shared.scenarios.times import parse_moment
from shared.scenarios.verbs.verb import TELLING, Vocabulary
from shared.scenarios.workspace import written
from shared.service.people import approvals

verbs = Vocabulary()
_HOOK = tuple(clause for clause in TELLING if not clause.startswith("shows"))
_NOBODY = "somebody"
_VIA = "command"


@verbs.add("pipeline PIPELINE")
def pipeline(stage: Stage, found: Found) -> None:
    """A pipeline that can be started: an Azure DevOps pipeline's number, or a workflow."""
    stage.runs.add(found.text("pipeline"), found.line)


@verbs.add("the pipeline run of MODEL [in STAGE] succeeds|fails", clauses=_HOOK)
def run_ends(stage: Stage, found: Found) -> None:
    """The last run of the version is over; what it deployed is said by sentences of its own.

    Azure DevOps sends a hook of it, and nobody does of a workflow's run.
    """
    _end(stage, found, "succeeded" if found.text("word") == "succeeds" else "failed")


@verbs.add("the pipeline run of MODEL [in STAGE] is cancelled", clauses=_HOOK)
def run_is_cancelled(stage: Stage, found: Found) -> None:
    """Somebody stopped it."""
    _end(stage, found, "canceled")


def _end(stage: Stage, found: Found, result: str) -> None:
    run = stage.runs.latest(found.text("model"), found.optional("stage"))
    run.change(state="completed", result=result, finished=written(stage.now))
    if run.pipeline.isdigit():
        stage.tell(found, run_completed(run.pipeline, run.number, result, at=stage.now))


@verbs.add("PERSON approves MODEL [in STAGE] [because TEXT]", clauses=_HOOK)
def approves(stage: Stage, found: Found) -> None:
    """In the environment that the last run of the version waits at."""
    _act(stage, found, "approved")


@verbs.add("PERSON refuses MODEL [in STAGE] [because TEXT]", clauses=_HOOK)
def refuses(stage: Stage, found: Found) -> None:
    """The platform then ends the run, which is a sentence of its own."""
    _act(stage, found, "rejected")


def _act(stage: Stage, found: Found, status: str) -> None:
    run = stage.runs.latest(found.text("model"), found.optional("stage"))
    person, comment = found.text("person"), found.optional("text")
    step = {"asked": "the approvers", "status": status, "at": written(stage.now)}
    step |= {} if person == _NOBODY else {"by": person}
    step |= {} if comment is None else {"comment": comment}
    before = run.facts.get("approvals") or [{"steps": []}]
    steps = [*before[0]["steps"], step]
    refused = any(one["status"] == "rejected" for one in steps)
    approval = {
        "id": f"approval-{run.number}",
        "status": "rejected" if refused else "approved",
        "steps": steps,
    }
    run.change(approvals=[approval])
    payload = approval_completed(str(approval["id"]), status, person, comment, at=stage.now)
    stage.tell(found, payload)


@verbs.add("Azure DevOps asks for MODEL [in STAGE]", clauses=("told twice",))
def asks(stage: Stage, found: Found) -> None:
    """The check of an environment calls, and waits for its answer."""
    named = found.optional("stage")
    run = stage.runs.latest(found.text("model"), named)
    stage.checks += 1
    call = check_call(
        found.text("model"), named, run=run.number, pipeline=run.pipeline, number=stage.checks
    )
    stage.calls.extend([call] * (2 if found.clause("told twice") is not None else 1))


@verbs.add("PERSON lets GATE of MODEL pass until TIME because TEXT")
def lets_pass(stage: Stage, found: Found) -> None:
    """Said by Driftgate's own command, so nothing loses it."""
    name, _, version = found.text("model").partition(":")
    try:
        event = override_given(
            name,
            version,
            gates=[found.text("gate")],
            author=found.text("person"),
            reason=found.text("text"),
            until=parse_moment(found.text("time"), stage.start),
            now=stage.now,
        )
    except InvalidData as problem:
        raise InvalidScenario(f"line {found.line}: {problem}") from problem
    stage.overrides[found.text("model")] = str(event.data["override"])
    stage.commands.append(event)


@verbs.add("PERSON withdraws the last override of MODEL because TEXT")
def withdraws(stage: Stage, found: Found) -> None:
    """What was let pass last no longer is."""
    model = found.text("model")
    override = stage.overrides.pop(model, None)
    if override is None:
        raise InvalidScenario(f"line {found.line}: nobody lets a gate of {model} pass.")
    stage.commands.append(
        override_withdrawn(
            model.partition(":")[0],
            model.partition(":")[2],
            override,
            author=found.text("person"),
            reason=found.text("text"),
            now=stage.now,
        )
    )


@verbs.add("PERSON gives approval of MODEL [in STAGE] because TEXT")
def gives_approval(stage: Stage, found: Found) -> None:
    """To Driftgate itself, by its command; what it refuses is told to whoever gave it."""
    _say(stage, found, approves=True)


@verbs.add("PERSON denies approval of MODEL [in STAGE] because TEXT")
def denies_approval(stage: Stage, found: Found) -> None:
    """To Driftgate itself: that ends the promotion."""
    _say(stage, found, approves=False)


def _say(stage: Stage, found: Found, *, approves: bool) -> None:
    model, _, version = found.text("model").partition(":")

    def say(application: Application) -> None:
        said = approvals.declare(
            application.service,
            application.ledger,
            application.policies,
            model,
            version,
            stage=found.optional("stage"),
            approves=approves,
            author=found.text("person"),
            reason=found.text("text"),
            now=stage.now,
            via=_VIA,
        )
        stage.approvals.append((model, said["id"], said["author"]))

    stage.commands.append(say)


@verbs.add("PERSON withdraws the last approval of MODEL because TEXT")
def withdraws_approval(stage: Stage, found: Found) -> None:
    """Their own word, said to Driftgate, is none any more."""
    model, person = found.text("model").partition(":")[0], found.text("person")

    def withdraw(application: Application) -> None:
        mine = [said for of, said, author in stage.approvals if (of, author) == (model, person)]
        if not mine:
            raise NotFound(f"{person} has approved nothing of {model} by line {found.line}.")
        approvals.withdraw(
            application.service,
            application.ledger,
            application.policies,
            model,
            mine[-1],
            author=person,
            reason=found.text("text"),
            now=stage.now,
            via=_VIA,
        )

    stage.commands.append(withdraw)


@verbs.add("model MODEL is deleted")
def is_deleted(stage: Stage, found: Found) -> None:
    """The version is gone from the registry; Azure sends no event of it."""
    _version(stage, found).unlink()


@verbs.add("model MODEL is archived")
def is_archived(stage: Stage, found: Found) -> None:
    """It is there and not to be used; Azure sends no event of it."""
    path = _version(stage, found)
    write_mapping(path, {**read_mapping(path), "archived": True})


@verbs.add("metric METRIC of MODEL becomes NUMBER")
def becomes(stage: Stage, found: Found) -> None:
    """It was measured or written anew, as whoever may write can do at any time."""
    _change(stage, found, "metrics", found.text("metric"), found.number("number"))


@verbs.add("tag NAME of MODEL becomes TEXT")
def is_tagged(stage: Stage, found: Found) -> None:
    """Somebody set a tag of the version; its others stay."""
    _change(stage, found, "tags", found.text("name"), found.text("text"))


def _change(stage: Stage, found: Found, key: str, name: str, value: object) -> None:
    path = _version(stage, found)
    facts = read_mapping(path)
    write_mapping(path, {**facts, key: {**(facts.get(key) or {}), name: value}})


def _version(stage: Stage, found: Found) -> Path:
    name, _, version = found.text("model").partition(":")
    path = stage.files.folder / "models" / name / f"{version}.yaml"
    if not path.is_file():
        raise InvalidScenario(f"line {found.line}: there is no model {found.text('model')}.")
    return path
