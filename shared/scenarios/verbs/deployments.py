"""Deployments and endpoints come, change and go."""

from typing import Any

from shared.errors import InvalidScenario
from shared.scenarios.azure_events import resource_event
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import TELLING, Vocabulary
from shared.scenarios.workspace import written

verbs = Vocabulary()
_FACTS = ("carries MODEL", "COUNT instances [of KIND]", "collects NUMBER %")


def _facts(found: Found) -> dict[str, Any]:
    """What the clauses say of a deployment, as its file holds it."""
    facts: dict[str, Any] = {}
    for form, key in (("carries MODEL", "model"), ("COUNT instances [of KIND]", "instances")):
        clause = found.clause(form)
        if clause is None:
            continue
        facts[key] = clause.text("model") if key == "model" else int(clause.text("count"))
        if "kind" in clause:
            facts["instance_type"] = clause.text("kind")
    collects = found.clause("collects NUMBER %")
    if collects is not None:
        facts["sampling"] = collects.number("number")
    return facts


@verbs.add("endpoint ENDPOINT")
def endpoint_is_there(stage: Stage, found: Found) -> None:
    """An endpoint; lines below it speak of its deployments."""
    name = found.text("endpoint")
    stage.files.endpoint(name)
    stage.files.write_endpoint(name)


@verbs.add(
    "deployment DEPLOYMENT [of ENDPOINT] carries MODEL since DURATION",
    "deployment DEPLOYMENT [of ENDPOINT] is there since DURATION",
    clauses=("traffic NUMBER", "mirror NUMBER", "is STATE", *_FACTS[1:]),
)
def is_there(stage: Stage, found: Found) -> None:
    """What was deployed before the story begins."""
    if not stage.opening:
        raise InvalidScenario(
            f"line {found.line}: `since` is for what was there before the start; write that "
            f"deployment {found.text('deployment')} succeeds."
        )
    endpoint = stage.endpoint(found)
    facts = stage.files.endpoint(endpoint)
    since = written(stage.start - found.duration("duration"))
    state = found.clause("is STATE")
    name = found.text("deployment")
    facts["deployments"][name] = {
        "provisioning_state": state.text("state").capitalize() if state else "Succeeded",
        "created": since,
        "changed": since,
        **_facts(found),
        **({"model": found.text("model")} if "model" in found else {}),
    }
    for form, key in (("traffic NUMBER", "traffic"), ("mirror NUMBER", "mirror_traffic")):
        clause = found.clause(form)
        if clause is not None:
            facts[key][name] = clause.number("number")
    stage.files.write_endpoint(endpoint)


@verbs.add(
    "deployment DEPLOYMENT [of ENDPOINT] succeeds",
    clauses=(*_FACTS, "by PERSON", *TELLING),
)
def succeeds(stage: Stage, found: Found) -> None:
    """A pipeline has deployed it."""
    _written(stage, found, "Succeeded", "Success", _facts(found))


@verbs.add(
    "deployment DEPLOYMENT [of ENDPOINT] scales to COUNT instances",
    clauses=("by PERSON", *TELLING),
)
def scales(stage: Stage, found: Found) -> None:
    """Only the number of instances changes."""
    stage.files.deployment(stage.endpoint(found), found.text("deployment"), found.line)
    _written(stage, found, "Succeeded", "Success", {"instances": int(found.text("count"))})


@verbs.add("deployment DEPLOYMENT [of ENDPOINT] fails", clauses=(*_FACTS, "by PERSON", *TELLING))
def fails(stage: Stage, found: Found) -> None:
    """Its provisioning failed, and it stands there."""
    _written(stage, found, "Failed", "Failure", _facts(found))


@verbs.add(
    "deployment DEPLOYMENT [of ENDPOINT] fails and leaves nothing", clauses=("by PERSON", *TELLING)
)
def fails_without_a_trace(stage: Stage, found: Found) -> None:
    """Azure refused it before anything was made."""
    _tell(stage, found, "Write", "Failure")


@verbs.add(
    "deployment DEPLOYMENT [of ENDPOINT] is cancelled", clauses=(*_FACTS, "by PERSON", *TELLING)
)
def is_cancelled(stage: Stage, found: Found) -> None:
    """Somebody stopped its provisioning."""
    _written(stage, found, "Canceled", "Cancel", _facts(found))


@verbs.add(
    "deployment DEPLOYMENT [of ENDPOINT] is creating|updating|scaling|deleting",
    clauses=(*_FACTS, "shows DURATION later"),
)
def is_being_written(stage: Stage, found: Found) -> None:
    """The beginning of a long operation, of which Azure sends no event."""
    _write(stage, found, found.text("word").capitalize(), _facts(found))


@verbs.add("deployment DEPLOYMENT [of ENDPOINT] is deleted", clauses=("by PERSON", *TELLING))
def is_deleted(stage: Stage, found: Found) -> None:
    """It is gone, and its share with it."""
    endpoint, name = stage.endpoint(found), found.text("deployment")
    stage.files.deployment(endpoint, name, found.line)

    def change() -> None:
        facts = stage.files.endpoint(endpoint)
        for part in ("deployments", "traffic", "mirror_traffic"):
            facts[part].pop(name, None)
        stage.files.write_endpoint(endpoint)

    stage.show(found, change)
    _tell(stage, found, "Delete", "Success")


@verbs.add("endpoint ENDPOINT is deleted", clauses=("by PERSON", *TELLING))
def endpoint_is_deleted(stage: Stage, found: Found) -> None:
    """It is gone with all its deployments."""
    endpoint = _known_endpoint(stage, found)
    stage.show(found, lambda: stage.files.remove_endpoint(endpoint))
    _tell_endpoint(stage, found, "Delete", "Success")


@verbs.add("endpoint ENDPOINT fails", clauses=("by PERSON", *TELLING))
def endpoint_fails(stage: Stage, found: Found) -> None:
    """Writing the endpoint itself failed."""
    _endpoint_state(stage, found, "Failed")
    _tell_endpoint(stage, found, "Write", "Failure")


@verbs.add("endpoint ENDPOINT is well again", clauses=("by PERSON", *TELLING))
def endpoint_is_well(stage: Stage, found: Found) -> None:
    """Writing it succeeded."""
    _endpoint_state(stage, found, "Succeeded")
    _tell_endpoint(stage, found, "Write", "Success")


@verbs.add("endpoint ENDPOINT is updating", clauses=("shows DURATION later",))
def endpoint_is_updating(stage: Stage, found: Found) -> None:
    """It is being written, of which Azure sends no event."""
    _endpoint_state(stage, found, "Updating")


def _known_endpoint(stage: Stage, found: Found) -> str:
    name = found.text("endpoint")
    if name not in stage.files.endpoints:
        known = ", ".join(stage.files.endpoints) or "none"
        raise InvalidScenario(f"line {found.line}: there is no endpoint {name}; there are {known}.")
    return name


def _endpoint_state(stage: Stage, found: Found, state: str) -> None:
    name, at = _known_endpoint(stage, found), written(stage.now)

    def change() -> None:
        stage.files.endpoint(name).update(provisioning_state=state, changed=at)
        stage.files.write_endpoint(name)

    stage.show(found, change)


def _written(stage: Stage, found: Found, state: str, outcome: str, facts: dict[str, Any]) -> None:
    _write(stage, found, state, facts)
    _tell(stage, found, "Write", outcome)


def _write(stage: Stage, found: Found, state: str, facts: dict[str, Any]) -> None:
    endpoint, name, at = stage.endpoint(found), found.text("deployment"), written(stage.now)

    def change() -> None:
        deployments = stage.files.endpoint(endpoint)["deployments"]
        before = deployments.get(name, {"created": at})
        deployments[name] = {**before, "provisioning_state": state, "changed": at, **facts}
        stage.files.write_endpoint(endpoint)

    stage.show(found, change)


def _tell(stage: Stage, found: Found, operation: str, outcome: str) -> None:
    by = found.clause("by PERSON")
    stage.tell(
        found,
        resource_event(
            operation,
            outcome,
            stage.endpoint(found),
            found.text("deployment"),
            at=stage.now,
            by=by.text("person") if by is not None else None,
        ),
    )


def _tell_endpoint(stage: Stage, found: Found, operation: str, outcome: str) -> None:
    by = found.clause("by PERSON")
    person = by.text("person") if by is not None else None
    payload = resource_event(
        operation, outcome, found.text("endpoint"), None, at=stage.now, by=person
    )
    stage.tell(found, payload)
