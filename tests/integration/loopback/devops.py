"""Azure DevOps' pipelines of one project: runs, timelines, approvals and answers to checks."""

from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

from tests.integration.loopback.server import Answer, Request, Router

PROJECT = "/contoso/scoring"
RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
SIGN_IN = Answer(status=203, body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"})


def fault(status: int, message: str, **headers: str) -> Answer:
    """An error in Azure DevOps' own form."""
    return Answer(
        status=status,
        body={"$id": "1", "innerException": None, "message": message, "typeKey": "Fault"},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


@dataclass
class DevOps:
    """What the project holds; `answered` collects what jobs said with their tokens."""

    pipelines: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    timelines: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    approvals: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: list[tuple[str, str, Any]] = field(default_factory=list)
    plan_version: int = 13
    asked_for_by: dict[int, str] = field(default_factory=dict)
    lists_parameters: bool = True
    now: str = "2026-02-03T12:00:00.1234567Z"


def serve_devops(router: Router) -> DevOps:
    """The routes of api-version 7.1, and the two that a check's answer needs."""
    devops = DevOps()

    def runs(request: Request) -> Answer:
        found = devops.pipelines.get(int(request.parts["pipeline"]))
        if found is None:
            return fault(404, "VS800075: the pipeline does not exist.")
        listed = [
            run
            if devops.lists_parameters
            else {key: value for key, value in run.items() if key != "templateParameters"}
            for run in found
        ]
        return Answer(body={"count": len(listed), "value": listed})

    def start(request: Request) -> Answer:
        found = devops.pipelines.get(int(request.parts["pipeline"]))
        if found is None:
            return fault(404, "VS800075: the pipeline does not exist.")
        body = request.json()
        number = 100 + sum(map(len, devops.pipelines.values()))
        run = {
            "id": number,
            "name": str(number),
            "state": "inProgress",
            "createdDate": devops.now,
            "templateParameters": body.get("templateParameters", {}),
            "resources": body.get("resources", {}),
            "_links": {"web": {"href": f"https://dev.azure.com/contoso/_build/{number}"}},
        }
        found.insert(0, run)
        return Answer(body=run)

    def run(request: Request) -> Answer:
        for one in devops.pipelines.get(int(request.parts["pipeline"]), []):
            if one["id"] == int(request.parts["number"]):
                return Answer(body=one)
        return fault(404, "The run does not exist.")

    def timeline(request: Request) -> Answer:
        records = devops.timelines.get(int(request.parts["number"]))
        if records is None:
            return fault(404, "The build does not exist.")
        return Answer(body={"id": "t", "records": records})

    def approvals(request: Request) -> Answer:
        names = request.query["approvalids"].split(",")
        value = [devops.approvals[name] for name in names]
        if request.query.get("$expand") != "steps":
            value = [{**one, "steps": []} for one in value]
        return Answer(body={"count": len(value), "value": value})

    def build(request: Request) -> Answer:
        number = int(request.parts["number"])
        known = [run["id"] for runs in devops.pipelines.values() for run in runs]
        if number not in known:
            return fault(404, "The build does not exist.")
        who = devops.asked_for_by.get(number, "driftgate@contoso.com")
        return Answer(body={"id": number, "requestedFor": {"uniqueName": who}})

    def said(request: Request, answer: Answer) -> Answer:
        token = job_token(request)
        if token is None:
            return SIGN_IN
        body = request.body.decode() if is_text(request) else request.json()
        devops.answered.append((request.path, token, body))
        return answer

    def answer(request: Request) -> Answer:
        return said(request, Answer())

    def make_log(request: Request) -> Answer:
        return said(request, Answer(body={"id": 7, "path": request.json()["path"]}))

    def plan(request: Request) -> Answer:
        if job_token(request) is None:
            return SIGN_IN
        return Answer(body={"planId": request.parts["plan"], "version": devops.plan_version})

    api = f"{PROJECT}/_apis"
    hub = "/contoso/{project}/_apis/distributedtask/hubs/{hub}/plans/{plan}"
    routes = [
        ("GET", f"{api}/pipelines/{{pipeline}}/runs", "7.1", runs),
        ("POST", f"{api}/pipelines/{{pipeline}}/runs", "7.1", start),
        ("GET", f"{api}/pipelines/{{pipeline}}/runs/{{number}}", "7.1", run),
        ("GET", f"{api}/build/builds/{{number}}", "7.1", build),
        ("GET", f"{api}/build/builds/{{number}}/timeline", "7.1", timeline),
        ("GET", f"{api}/pipelines/approvals", "7.1", approvals),
        ("GET", hub, "2.0-preview.1", plan),
        ("POST", f"{hub}/events", "2.0-preview.1", answer),
        ("POST", f"{hub}/logs", "4.1", make_log),
        ("POST", f"{hub}/logs/{{log}}", "4.1", answer),
        ("PATCH", f"{hub}/timelines/{{timeline}}/records", "4.1", answer),
        ("POST", f"{hub}/timelines/{{timeline}}/records/{{record}}/feed", "4.1", answer),
    ]
    for method, template, version, handler in routes:
        router.add(method, template, guarded(handler, version))
    return devops


def job_token(request: Request) -> str | None:
    """The token of a job, which comes without a name; None for any other way to sign in."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic" or not b64decode(secret).startswith(b":"):
        return None
    return b64decode(secret).decode()[1:]


def is_text(request: Request) -> bool:
    """Whether it is a page of a log."""
    return request.headers.get("content-type") == "application/octet-stream"


def guarded(handler: Any, version: str) -> Any:
    """The same, for callers who name the version and sign in."""

    def guarded(request: Request) -> Answer:
        if request.query.get("api-version") != version:
            return fault(400, f"No api-version {request.query.get('api-version')}.")
        if not request.headers.get("authorization"):
            return SIGN_IN
        answered: Answer = handler(request)
        return answered

    return guarded
