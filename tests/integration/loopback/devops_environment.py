"""An environment of Azure DevOps with one check that is called back, as the service treats it.

It calls the check with the default headers and expects an answer within three seconds; takes lines,
logs and verdicts with the token of the job alone, for 48 hours; lets a stage run, fail, or skips it
when the time is up; and asks again where there is a time between evaluations. What it says to a
second verdict is not documented: here it is refused.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http.client import HTTPSConnection
from ssl import create_default_context
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.integration.loopback.devops import SIGN_IN, fault, guarded, is_text, job_token
from tests.integration.loopback.server import Answer, LoopbackServer, Request

DEFAULT_HEADERS = {
    "Content-Type": "application/json",
    "PlanUrl": "$(system.CollectionUri)",
    "ProjectId": "$(system.TeamProjectId)",
    "HubName": "$(system.HostType)",
    "PlanId": "$(system.PlanId)",
    "JobId": "$(system.JobId)",
    "TimelineId": "$(system.TimelineId)",
    "TaskInstanceId": "$(system.TaskInstanceId)",
    "AuthToken": "$(system.AccessToken)",
}
TOKEN_LASTS = timedelta(hours=48)
PATIENCE = timedelta(seconds=3)


class Stage(StrEnum):
    """What becomes of the stage."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass
class Evaluation:
    """One time the check is asked: the names within the plan, the token, and what was said."""

    number: int
    asked: datetime
    started: bool = False
    result: str | None = None
    feed: list[str] = field(default_factory=list)
    logs: dict[int, str] = field(default_factory=dict)
    attached: int | None = None
    refused: list[str] = field(default_factory=list)

    def name(self, part: int) -> str:
        """A GUID of its own for each part."""
        return str(UUID(int=(self.number << 64) + (part << 32) + 0xD41F7))

    @property
    def plan(self) -> str:
        return self.name(1)

    @property
    def task(self) -> str:
        return self.name(4)

    @property
    def token(self) -> str:
        return f"job-token-{self.number}-of-nobody-else"

    @property
    def log(self) -> str:
        """The log that people find at the check."""
        return "" if self.attached is None else self.logs[self.attached]


@dataclass
class Environment:
    """`url` is the check's own, with its query; `more` are headers that its owner added."""

    server: LoopbackServer
    clock: Callable[[], datetime]
    url: str
    timeout: timedelta = timedelta(days=1)
    between: timedelta = timedelta()
    more: dict[str, str] = field(default_factory=dict)
    evaluations: list[Evaluation] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    stage: Stage = Stage.WAITING

    def __post_init__(self) -> None:
        hub = "/contoso/{project}/_apis/distributedtask/hubs/{hub}/plans/{plan}"
        records = f"{hub}/timelines/{{timeline}}/records"
        for method, template, version, handler in (
            ("POST", f"{hub}/events", "2.0-preview.1", self._event),
            ("POST", f"{hub}/logs", "4.1", self._make_log),
            ("POST", f"{hub}/logs/{{log}}", "4.1", self._append),
            ("PATCH", records, "4.1", self._attach),
            ("POST", f"{records}/{{record}}/feed", "4.1", self._feed),
        ):
            self.server.router.add(method, template, guarded(self._signed_in(handler), version))

    @property
    def last(self) -> Evaluation:
        return self.evaluations[-1]

    def reach(self, **changed: str) -> int:
        """A run reaches the stage: the check is asked. Returns what it answered."""
        self.evaluations.append(Evaluation(number=len(self.evaluations) + 1, asked=self.clock()))
        return self.call(**changed)

    def call(self, **changed: str) -> int:
        """Ask for the last evaluation, as often as the network makes it."""
        last = self.last
        values = {
            "$(system.CollectionUri)": f"{self.server.url}/contoso/",
            "$(system.TeamProjectId)": str(UUID(int=0xA)),
            "$(system.HostType)": "build",
            "$(system.PlanId)": last.plan,
            "$(system.JobId)": last.name(2),
            "$(system.TimelineId)": last.name(3),
            "$(system.TaskInstanceId)": last.task,
            "$(system.AccessToken)": last.token,
        }
        headers = {name: values.get(value, value) for name, value in DEFAULT_HEADERS.items()}
        status, body = self._post({**headers, **self.more, **changed})
        self.answers.append((status, body))
        if status != 200:
            self.stage = Stage.FAILED
        return status

    def _post(self, headers: dict[str, str]) -> tuple[int, str]:
        split = urlsplit(self.url)
        context = create_default_context(cafile=str(self.server.certificates.authority))
        connection = HTTPSConnection(split.hostname or "", split.port, context=context)
        began = monotonic()
        connection.request("POST", f"{split.path}?{split.query}", body=b"{}", headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        assert monotonic() - began < PATIENCE.total_seconds()
        return answer.status, body

    def pass_time(self) -> None:
        """What the service does by the clock: skip the stage, or ask once more."""
        last, now = self.last, self.clock()
        if self.stage is Stage.WAITING and now >= self.evaluations[0].asked + self.timeout:
            self.stage = Stage.SKIPPED
        elif self.between and last.result is not None and now >= last.asked + self.between:
            self.reach()

    def _signed_in(self, handler: Callable[[Request, Evaluation], Answer]) -> Any:
        """A job speaks for its own plan, as long as its token lasts."""

        def answer(request: Request) -> Answer:
            token = job_token(request)
            for one in self.evaluations:
                if one.token == token and one.plan == request.parts["plan"]:
                    if self.clock() >= one.asked + TOKEN_LASTS:
                        return fault(401, "The token has expired.")
                    return handler(request, one)
            return SIGN_IN

        return answer

    def _event(self, request: Request, one: Evaluation) -> Answer:
        said = request.json()
        assert (said["taskId"], said["jobId"]) == (one.task, one.name(2))
        if said["name"] == "TaskStarted":
            one.started = True
            return Answer()
        if one.result is not None or self.stage is Stage.SKIPPED:
            one.refused.append(said["result"])
            return fault(400, "The task has ended.")
        one.result = said["result"]
        if said["result"] == "failed":
            self.stage = Stage.FAILED
        elif not self.between:
            self.stage = Stage.RUNNING
        return Answer()

    def _feed(self, request: Request, one: Evaluation) -> Answer:
        said = request.json()
        assert said["count"] == len(said["value"])
        one.feed += said["value"]
        return Answer()

    def _make_log(self, request: Request, one: Evaluation) -> Answer:
        assert request.json() == {"path": f"logs\\{one.task}"}
        number = len(one.logs) + 1
        one.logs[number] = ""
        return Answer(body={"id": number})

    def _append(self, request: Request, one: Evaluation) -> Answer:
        assert is_text(request)
        one.logs[int(request.parts["log"])] += request.body.decode()
        return Answer(body={"id": int(request.parts["log"])})

    def _attach(self, request: Request, one: Evaluation) -> Answer:
        [record] = request.json()["value"]
        assert record["id"] == one.task
        one.attached = record["log"]["id"]
        return Answer(body=json.loads(request.body))
