"""What docs/api.md shows is so: each command is answered, each sentence is said."""

import json
import re
import shlex
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from shared.domain.retraining import RetrainingWatch
from shared.domain.roles import Role
from shared.domain.state import SubjectState
from shared.web.http.limits import RATES
from shared.web.operations import ROUTERS, api
from tests.conftest import NOON
from tests.service.explained import commit as decide
from tests.web.fuzzed import UNLIMITED, told
from tests.web.platform import Platform, ask, with_access

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
COMMANDS = [
    shlex.split(line)
    for line in DOCS.replace("\\\n", " ").splitlines()
    if line.strip().startswith("curl") and "$API" in line
]


@pytest.fixture
def app(scene):
    """What the demo leaves, and a retraining that was stopped, so that the last command may go."""
    stopped = SubjectState(retraining=RetrainingWatch(stopped=NOON - timedelta(days=1)))
    ledger = told(scene).application.ledger
    decide(ledger, "loan-default", subject="retraining/loan-default", state=stopped)
    judged = SubjectState(versions={"8": "fail"})
    decide(ledger, "again", subject="model/loan-default", state=judged)
    return api(scene.application, UNLIMITED)


def asked(app, command, **values):
    """The answer to one of the commands; the names in it stand for values."""
    [address] = [word for word in command if "$API" in word]
    for name, value in {"API": "/api/v1", **values}.items():
        address = address.replace(f"${name}", value)
    options = dict(pairwise(command))
    header = dict(h.split(": ", 1) for o, h in pairwise(command) if o == "-H")
    body = options.get("-d")
    method = options.get("-X", "GET")
    return ask(app, method, address, None if body is None else body.encode(), **header)


def test_each_command_of_the_documentation_is_answered(app, scene):
    given, codes = {"ID": "none", "NEXT": "none"}, []
    for command in COMMANDS:
        answer = asked(app, command, **given)
        if answer.headers["content-type"] == "application/json":
            body = json.loads(answer.get_body())
            given["NEXT"] = body.get("next", given["NEXT"])
            given["ID"] = body.get("silence", {}).get("id", given["ID"])
        codes.append(answer.status_code)
        scene.drain()

    assert codes == [200] * 7 + [202] * 6 + [200] * 3


def test_the_sentences_of_the_documentation_are_those_that_are_said(app, scene):
    shown = [json.loads(line) for line in re.findall(r'^    (\{"status".*\})$', DOCS, re.MULTILINE)]
    said = {"endpoint": "loan-endpoint", "deployment": "green", "reason": "x", "author": "anna"}
    platform = Platform(api(with_access(scene.application)))
    operator = {"Authorization": "Bearer operator"}

    answers = [
        ask(app, "POST", "/api/v1/intents", said),
        ask(app, "POST", "/api/v1/intents", {**said, "until": "2d", "standby": "green"}),
        ask(platform, "POST", "/api/v1/overrides", {}, **operator),
    ]

    assert [json.loads(answer.get_body()) for answer in answers] == shown


def test_every_route_is_in_the_table_with_its_role():
    listed = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)` \| `(\w+)` \|", DOCS, re.MULTILINE))

    assert listed == {
        (method, path.removeprefix("/api/v1"), route.openapi_extra["x-driftgate-role"])
        for router in ROUTERS
        for route in router.routes
        for path in [route.path.replace(":path", "")]
        for method in route.methods
        if path.startswith("/api/v1/")
    }


def test_every_figure_is_in_the_documentation_and_no_other(app):
    text = ask(app, "GET", "/api/v1/metrics").get_body().decode()
    figures = re.findall(r"^# TYPE (\w+) gauge$", text, re.MULTILINE)

    assert set(re.findall(r"`(driftgate_\w+)`", DOCS)) == set(figures)


def test_roles_and_limits_are_those_of_the_code():
    for role in Role:
        assert f"| `{role}` | {role.may} |" in DOCS
    limits = [line for line in DOCS.splitlines() if line.endswith(" a second |")]
    for rate, line in zip(RATES.values(), limits, strict=True):
        assert f"| {rate.burst} | {rate.each_second:g} a second |" in line
