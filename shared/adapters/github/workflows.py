"""GitHub Actions: runs of a workflow, and who reviewed them.

The workflow has to declare the inputs it is given, `correlationId` among them, and to write
`run-name: ${{ inputs.correlationId }}`: GitHub keeps no inputs with a run, so that is what a run
is recognised by.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import sleep
from typing import Any
from urllib.parse import quote

from azure.core import PipelineClient
from azure.core.exceptions import DecodeError, HttpResponseError
from azure.core.pipeline.policies import HeadersPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.azure.answers import mapping, text, time, whole
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.retries import RetriesWithinBudget
from shared.domain.canonical import format_time
from shared.domain.pipelines import Approval, ApprovalStep, PipelineOrder, PipelineRun
from shared.errors import NotFound, Refused, Unavailable
from shared.recent import Recent

PUBLIC = "https://api.github.com"
_API_VERSION = "2022-11-28"
_MOST_RUNS = 100
_REMEMBERED = 1000
_WAITS = (1.0, 2.0, 4.0, 8.0)
_WORKFLOW = re.compile(r"([A-Za-z0-9][\w.-]{0,99})/([\w.-]{1,100})/([\w.-]{1,100}\.ya?ml)")
_PERMISSION = "a token with Actions read and write on the repository"
_RESULTS = {"success": "succeeded", "cancelled": "canceled"}


class GitHubWorkflows:
    """Workflows by `owner/repository/file.yml`, with one token for all of them.

    The token needs Actions read and write on each repository. A dispatch has no key that makes it
    harmless to repeat, so it is never retried here: the runs are looked through first, and the last
    thousand dispatches of the process are remembered, since lists come late.
    """

    def __init__(
        self,
        token: str,
        *,
        endpoint: str = PUBLIC,
        retries: int = 3,
        backoff: float = 0.8,
        budget: float = 30.0,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._wait = wait
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": _API_VERSION,
        }
        retry = RetriesWithinBudget(
            retry_total=retries, retry_backoff_factor=backoff, timeout=budget
        )
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._endpoint, policies=[UserAgentPolicy("driftgate"), HeadersPolicy(headers), retry]
        )
        self._sent: Recent[tuple[str, str], int | None] = Recent(_REMEMBERED)

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Dispatch the workflow, or return the run of this order.

        Raises NotFound, NoPermission, Refused; Unavailable where GitHub took the dispatch and
        lists no run of it: what comes again then finds it.
        """
        repository, _ = _parts(order.pipeline)
        made = self._already(order)
        if made is not None:
            return made
        ordered = order.pipeline, order.correlation
        if ordered not in self._sent:
            self._sent[ordered] = self._dispatched(order, repository)
        number = self._sent[ordered]
        if number is not None:
            return self._told(repository, number)
        for seconds in _WAITS:
            self._wait(seconds)
            made = self._already(order)
            if made is not None:
                return made
        raise Unavailable(
            f"GitHub took the start of {order.pipeline} and lists no run named {order.correlation} "
            "yet; the workflow needs the line run-name: ${{ inputs.correlationId }}."
        )

    def run(self, pipeline: str, number: int) -> PipelineRun:
        """A run as it is now. Raises NotFound, NoPermission, Unavailable."""
        repository, _ = _parts(pipeline)
        return self._run(repository, number)

    def approvals(self, pipeline: str, number: int) -> Sequence[Approval]:
        """Each review of a run's environments, then those that wait; GitHub tells no times."""
        repository, _ = _parts(pipeline)
        reviews = self._get(f"{repository}/actions/runs/{number}/approvals")
        waiting = self._get(f"{repository}/actions/runs/{number}/pending_deployments")
        return [
            *(_review(item, number) for item in _objects(reviews)),
            *(_pending(item, number) for item in _objects(waiting)),
        ]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _dispatched(self, order: PipelineOrder, repository: str) -> int | None:
        """Start it; the number of the new run where GitHub tells it."""
        _, file = _parts(order.pipeline)
        body = {
            "ref": order.branch.removeprefix("refs/heads/").removeprefix("refs/tags/"),
            "inputs": {**order.parameters, "correlationId": order.correlation},
            "return_run_details": True,
        }
        address = f"{self._endpoint}/repos/{repository}/actions/workflows/{file}/dispatches"
        request = HttpRequest("POST", address, json=body)
        answer = self._ask(request, f"start {order.pipeline}", retry_total=0)
        told = answer if isinstance(answer, dict) else {}
        return whole(told, "workflow_run_id")

    def _told(self, repository: str, number: int) -> PipelineRun:
        """A run of which a dispatch told; it may be there a moment before it can be read."""
        try:
            return self._run(repository, number)
        except NotFound:
            return PipelineRun(number=number, state="inProgress")

    def _run(self, repository: str, number: int) -> PipelineRun:
        found = self._get(f"{repository}/actions/runs/{number}")
        if not isinstance(found, dict):
            raise Unavailable(f"GitHub's answer on run {number} is no JSON object.")
        return _read_run(found)

    def _already(self, order: PipelineOrder) -> PipelineRun | None:
        """The run that has the correlation as its name, of those made since the order."""
        repository, file = _parts(order.pipeline)
        listed = self._get(
            f"{repository}/actions/workflows/{file}/runs",
            event="workflow_dispatch",
            created=f">={format_time(order.requested.replace(microsecond=0))}",
            per_page=str(_MOST_RUNS),
        )
        runs = listed.get("workflow_runs") if isinstance(listed, dict) else None
        for run in _objects(runs):
            if order.correlation in {text(run, "display_title"), text(run, "name")}:
                return _read_run(run)
        return None

    def _get(self, path: str, **query: str) -> Any:
        request = HttpRequest("GET", f"{self._endpoint}/repos/{quote(path)}", params=query)
        return self._ask(request, f"read {path} of GitHub")

    def _ask(self, request: HttpRequest, doing: str, **options: Any) -> Any:
        thing = f"{request.url.partition('?')[0]}, or its token does not reach it"
        with told_as_ours(doing, thing=thing, permission=_PERMISSION, who="GitHub"):
            response = self._client.send_request(request, **options)
            if _is_throttled(response):
                raise Unavailable(f"Could not {doing}: GitHub asks for patience.")
            if not 200 <= response.status_code < 300:
                raise HttpResponseError(response=response)
            if response.status_code == 204:
                return None
            try:
                return response.json()
            except (ValueError, DecodeError) as problem:
                raise Unavailable(f"Could not {doing}: the answer is not JSON.") from problem


def is_workflow(pipeline: str) -> bool:
    """Whether it is written as a GitHub workflow.

    >>> is_workflow("contoso/scoring/promote.yml"), is_workflow("12")
    (True, False)
    """
    return _WORKFLOW.fullmatch(pipeline) is not None


def _parts(pipeline: str) -> tuple[str, str]:
    found = _WORKFLOW.fullmatch(pipeline)
    if found is None or ".." in pipeline:
        raise Refused(f"The workflow is {pipeline[:120]!r}; write it as owner/repository/file.yml.")
    return f"{found[1]}/{found[2]}", found[3]


def _is_throttled(response: HttpResponse) -> bool:
    """Too many requests are told as 429, or as 403 with nothing left or a time to come back."""
    if response.status_code not in {403, 429}:
        return False
    headers = response.headers
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers


def _objects(values: object) -> Iterator[Mapping[str, Any]]:
    yield from (
        (item for item in values if isinstance(item, dict)) if isinstance(values, list) else ()
    )


def _read_run(run: Mapping[str, Any]) -> PipelineRun:
    number = whole(run, "id")
    if number is None:
        raise NotFound("GitHub told of a run without a number.")
    ended = text(run, "status") == "completed"
    conclusion = text(run, "conclusion")
    return PipelineRun(
        number=number,
        state="completed" if ended else "inProgress",
        result=_RESULTS.get(conclusion or "", "failed") if ended else None,
        created=time(run, "created_at"),
        address=text(run, "html_url"),
        by=text(mapping(run, "triggering_actor"), "login") or text(mapping(run, "actor"), "login"),
    )


def _review(item: Mapping[str, Any], run: int) -> Approval:
    who = text(mapping(item, "user"), "login")
    where = ", ".join(
        name for place in _objects(item.get("environments")) if (name := text(place, "name"))
    )
    state = text(item, "state") or "undefined"
    step = ApprovalStep(
        asked=where or "unknown", by=who, status=state, at=None, comment=text(item, "comment")
    )
    return Approval(identity=f"{run}/{where}/{who}", status=state, steps=(step,))


def _pending(item: Mapping[str, Any], run: int) -> Approval:
    where = text(mapping(item, "environment"), "name") or "unknown"
    asked = tuple(
        ApprovalStep(asked=_reviewer(one), status="pending")
        for one in _objects(item.get("reviewers"))
    )
    return Approval(identity=f"{run}/{where}", status="pending", steps=asked)


def _reviewer(one: Mapping[str, Any]) -> str:
    who = mapping(one, "reviewer")
    return text(who, "login") or text(who, "slug") or text(who, "name") or "unknown"
