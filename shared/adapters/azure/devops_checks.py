"""Answers to the checks of Azure DevOps' environments, each with the token of the job that asks.

Driftgate's own identity is never used here: what may be answered is what the job may.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from azure.core import PipelineClient
from azure.core.exceptions import DecodeError, HttpResponseError
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.azure.answers import whole
from shared.adapters.azure.check_address import CheckAddress, basic, check_address
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.retries import RetriesWithinBudget
from shared.domain.pipelines import EnvironmentCheck
from shared.errors import DriftgateError, NoPermission, Unavailable

_LOG = logging.getLogger("driftgate.checks")
_EVENTS_VERSION = "2.0-preview.1"
_LOG_VERSION = "4.1"
_MOST_LINE = 1024
_MOST_PAGE = 8 * 1024 * 1024
_LAST_PLAN_WITHOUT_JOBS = 12
_NOBODY = str(UUID(int=0))


class DevOpsChecks:
    """The checks of one project's organisation, `https://dev.azure.com/<organisation>/<project>`.

    `page` is how many bytes of a log are sent at once.
    """

    def __init__(
        self,
        project: str,
        *,
        retries: int = 3,
        backoff: float = 0.8,
        budget: float = 30.0,
        page: int = _MOST_PAGE,
    ) -> None:
        self._project = project.rstrip("/")
        self._page = page
        retry = RetriesWithinBudget(
            retry_total=retries, retry_backoff_factor=backoff, timeout=budget
        )
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._project, policies=[UserAgentPolicy("driftgate"), retry]
        )

    def accept(self, check: EnvironmentCheck) -> None:
        """Raises Refused for an address that is not this organisation's, naming the header."""
        check_address(check, self._project)

    def begin(self, check: EnvironmentCheck, sentence: str) -> None:
        """Say that the task has started, and why nothing is decided yet."""
        address = check_address(check, self._project)
        self._send(check, address.events, _EVENTS_VERSION, self._event(check, "TaskStarted"))
        self.tell(check, [sentence])

    def tell(self, check: EnvironmentCheck, lines: Sequence[str]) -> None:
        """Write lines into the run's console; what is longer than it shows is cut."""
        address = check_address(check, self._project)
        cut = [_shortened(line) for line in lines]
        self._send(check, address.feed, _LOG_VERSION, {"value": cut, "count": len(cut)})

    def answer(
        self, check: EnvironmentCheck, passed: bool, sentence: str, log: Sequence[str] = ()
    ) -> None:
        """Write the log, then the sentence, then complete the check.

        The verdict is sent once: whether it arrived is known to who asks for it again.
        Raises Refused, NoPermission for a token that has run out, Unavailable and Conflict where
        the verdict itself did not arrive.
        """
        address = check_address(check, self._project)
        with _not_to_be_held_up("log", check):
            self._write_log(check, address, log)
        with _not_to_be_held_up("console", check):
            self.tell(check, [sentence])
        result = "succeeded" if passed else "failed"
        event = {**self._event(check, "TaskCompleted"), "result": result}
        self._ask(check, "POST", address.events, _EVENTS_VERSION, event, retry_total=0)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _event(self, check: EnvironmentCheck, name: str) -> dict[str, str]:
        """Gates of plans up to version 12 have no jobs: there the task's name is the job's."""
        address = check_address(check, self._project)
        names = {"name": name, "taskId": address.task, "jobId": address.job}
        if address.hub == "Gates":
            plan = self._ask(check, "GET", address.plan, _EVENTS_VERSION)
            version = whole(plan, "version")
            if version is not None and version <= _LAST_PLAN_WITHOUT_JOBS:
                return {**names, "taskId": _NOBODY, "jobId": address.task}
        return names

    def _write_log(
        self, check: EnvironmentCheck, address: CheckAddress, lines: Sequence[str]
    ) -> None:
        if not lines:
            return
        made = self._ask(
            check, "POST", address.logs, _LOG_VERSION, {"path": f"logs\\{address.task}"}
        )
        number = whole(made, "id")
        if number is None:
            raise Unavailable("Azure DevOps made a log without a number.")
        for page in _pages(lines, self._page):
            self._ask(check, "POST", f"{address.logs}/{number}", _LOG_VERSION, page)
        attached = {"value": [{"id": address.task, "log": {"id": number}}], "count": 1}
        self._ask(check, "PATCH", address.records, _LOG_VERSION, attached)

    def _send(
        self, check: EnvironmentCheck, address: str, version: str, body: Mapping[str, Any]
    ) -> None:
        self._ask(check, "POST", address, version, body)

    def _ask(
        self,
        check: EnvironmentCheck,
        method: str,
        address: str,
        version: str,
        body: Mapping[str, Any] | bytes | None = None,
        **options: Any,
    ) -> Mapping[str, Any]:
        headers = {"Authorization": basic(check.token)}
        given: dict[str, Any] = {}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/octet-stream"
            given["content"] = body
        elif body is not None:
            given["json"] = dict(body)
        request = HttpRequest(
            method, address, params={"api-version": version}, headers=headers, **given
        )
        with told_as_ours(
            "answer the environment's check",
            thing=f"plan {check.plan} that waits for an answer in Azure DevOps",
            permission="a job token that is still valid (48 hours)",
        ):
            response = self._client.send_request(request, **options)
            if response.status_code in {203, 302}:
                raise NoPermission(
                    "May not answer the environment's check: Azure DevOps asks for a sign-in; "
                    "the job's token is no longer valid (48 hours)."
                )
            if not 200 <= response.status_code < 300:
                raise HttpResponseError(response=response)
        try:
            content = response.json() if response.content else {}
        except (ValueError, DecodeError):
            content = {}
        return content if isinstance(content, dict) else {}


@contextmanager
def _not_to_be_held_up(what: str, check: EnvironmentCheck) -> Iterator[None]:
    """People miss a line, the stage does not miss its verdict; a dead token is another matter."""
    try:
        yield
    except NoPermission:
        raise
    except DriftgateError as problem:
        _LOG.warning("the %s of check %s could not be written: %s", what, check.task, problem)


def _shortened(line: str) -> str:
    return line if len(line) <= _MOST_LINE else f"{line[: _MOST_LINE - 3]}..."


def _pages(lines: Sequence[str], most: int) -> Iterator[bytes]:
    r"""The lines as UTF-8, whole lines to a page, each page of at most so many bytes if it can.

    >>> list(_pages(["one", "two", "three"], 8))
    [b'one\ntwo\n', b'three\n']
    """
    page = b""
    for line in lines:
        written = f"{line}\n".encode()
        if page and len(page) + len(written) > most:
            yield page
            page = b""
        page += written
    if page:
        yield page
