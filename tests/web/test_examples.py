"""The description has an example of each answer, and it is what the API answers.

`DRIFTGATE_GOLDEN=write python -m pytest tests/web/test_examples.py` writes them anew; look at each
difference before it is committed.
"""

import json
import os
from typing import Any

import pytest

from shared.web.described import EXAMPLES, openapi_of
from shared.web.operations import api
from tests.web.fuzzed import KNOWN, UNLIMITED, told
from tests.web.platform import ask

JSON = "application/json"
WITHOUT = {
    *("get_replay", "stop_replay", "resume_replay"),
    *("get_dead_letter", "resubmit_dead_letters", "purge_dead_letters", "get_description"),
}
"""No example: a night has no replay and no dead letter; the description is one itself."""
ASKED = {"get_decision": "?subject=endpoint/loan-endpoint"}
"""What has to be asked besides."""
UNNAMED = {
    "approval": "approvals/pricing",
    "intent": "intents/loan-endpoint",
    "override": "overrides/churn",
    "silence": "silences",
}
"""What gets its id when it is said: found by that list of it."""


def in_short(value: Any) -> Any:
    """With the first of each list alone."""
    if isinstance(value, dict):
        return {name: in_short(one) for name, one in value.items()}
    return [in_short(one) for one in value[:1]] if isinstance(value, list) else value


def named(app, name: str, path: str) -> str:
    """A thing of this kind that there is at this path."""
    if name == "model" and "approvals" in path.split("/"):
        return "pricing"
    if name == "model" and not {"promotions", "models"} & set(path.split("/")):
        return "churn"
    if name in KNOWN:
        return KNOWN[name][0]
    listed = json.loads(ask(app, "GET", f"/api/v1/{UNNAMED[name]}").get_body())
    if name == "approval":
        return str(listed["approvals"][0]["words"][0]["id"])
    return str(listed[f"{name}s"][0]["id"])


def body_of(description, operation):
    """The example that the description has of a body; None where there is no body."""
    if "requestBody" not in operation:
        return None
    name = operation["requestBody"]["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
    schema = description["components"]["schemas"][name]
    author = {"author": "anna"} if "author" in schema["properties"] else {}
    return {**author, **schema["examples"][0]}


def answers(scene):
    """What each operation answers that has JSON to answer; what is said comes before it is read."""
    app = api(told(scene).application, UNLIMITED)
    description = openapi_of(app)
    order = sorted(
        (
            (path.split("/")[3], ["post", "get", "delete"].index(method), path, method, operation)
            for path, operations in description["paths"].items()
            for method, operation in operations.items()
        ),
        key=lambda one: one[:4],
    )
    found = {}
    for _, _, path, method, operation in order:
        [shown] = (one for status, one in operation["responses"].items() if status < "300")
        if JSON not in shown["content"] or operation["operationId"] in WITHOUT:
            continue
        values = {
            one["name"]: named(app, one["name"], path)
            for one in operation.get("parameters", ())
            if one["in"] == "path"
        }
        address = f"{path.format(**values)}{ASKED.get(operation['operationId'], '')}"
        answer = ask(app, method.upper(), address, body_of(description, operation))
        assert answer.status_code in {200, 202}, f"{path} needs a thing in KNOWN or told()"
        found[operation["operationId"]] = in_short(json.loads(answer.get_body()))
        scene.drain()
    return description, found


@pytest.fixture
def made(scene):
    return answers(scene)


def test_each_answer_has_an_example_which_is_what_is_answered(made):
    _, found = made
    if os.environ.get("DRIFTGATE_GOLDEN") == "write":
        text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
        EXAMPLES.write_text(f"{text}\n", encoding="utf-8")

    assert json.loads(EXAMPLES.read_text(encoding="utf-8")) == found


def test_the_examples_stand_in_the_description(made):
    description, found = made
    shown = {
        operation["operationId"]: answer["content"][JSON]["example"]
        for operations in description["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if status in {"200", "202"} and "example" in answer["content"].get(JSON, {})
    }

    assert shown == json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert set(shown) == set(found)
