"""Azure DevOps: runs of a pipeline, their approvals, and answers to an environment's check."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import DecodeError, HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.azure.answers import mapping, text, time
from shared.adapters.azure.devops_checks import CheckAddress, basic, check_address
from shared.adapters.azure.faults import told_as_ours
from shared.domain.pipelines import (
    Approval,
    ApprovalStep,
    EnvironmentCheck,
    PipelineOrder,
    PipelineRun,
)
from shared.errors import NoPermission, NotFound, Unavailable

SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
_VERSION = {"api-version": "7.1"}
_FEED_VERSION = {"api-version": "4.1"}
_EVENTS_VERSION = {"api-version": "2.0-preview.1"}
_MOST_RUNS = 50
_MOST_LINE = 1024


class AzureDevOps:
    """The pipelines of one project, `https://dev.azure.com/<organisation>/<project>`.

    A start has no key that makes it harmless to repeat, so it is never retried here: the message
    that asked for it comes again, and the runs are looked through first.
    """

    def __init__(
        self,
        project: str,
        credential: TokenCredential,
        *,
        retries: int = 3,
        backoff: float = 0.8,
        budget: float = 30.0,
    ) -> None:
        self._project = project.rstrip("/")

        def retry() -> RetryPolicy[Any, Any]:
            return RetryPolicy(retry_total=retries, retry_backoff_factor=backoff, timeout=budget)

        agent = UserAgentPolicy("driftgate")
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._project,
            policies=[agent, retry(), BearerTokenCredentialPolicy(credential, SCOPE)],
        )
        self._without_our_token: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._project, policies=[agent, retry()]
        )

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Start a run, or return the one of this order. Raises NotFound, NoPermission, Refused."""
        made = self._already(order)
        if made is not None:
            return made
        body = {
            "resources": {"repositories": {"self": {"refName": order.branch}}},
            "templateParameters": {**order.parameters, "correlationId": order.correlation},
        }
        address = f"{self._project}/_apis/pipelines/{order.pipeline}/runs"
        request = HttpRequest("POST", address, params=_VERSION, json=body)
        return _run(
            self._json(request, f"start pipeline {order.pipeline}", "Queue builds", retry_total=0)
        )

    def run(self, pipeline: int, number: int) -> PipelineRun:
        """A run as it is now. Raises NotFound, NoPermission, Unavailable."""
        return _run(self._get(f"pipelines/{pipeline}/runs/{number}", {}))

    def approvals(self, number: int) -> Sequence[Approval]:
        """The approvals that a run's timeline names; empty when it names none."""
        timeline = self._get(f"build/builds/{number}/timeline", {})
        identities = [
            record["id"]
            for record in _items(timeline, "records")
            if record.get("type") == "Checkpoint.Approval" and text(record, "id")
        ]
        if not identities:
            return []
        found = self._get(
            "pipelines/approvals",
            {"approvalIds": ",".join(identities), "$expand": "steps"},
        )
        return [_approval(item) for item in _items(found, "value")]

    def answer(self, check: EnvironmentCheck, passed: bool, sentence: str) -> None:
        """Write the sentence into the run's log, then complete the check with the job's token.

        Raises Refused for an address that is not this organisation's; nothing is sent there.
        """
        address = check_address(check, self._project)
        line = {"value": [sentence[:_MOST_LINE]], "count": 1}
        self._as_the_job(check, address.feed, _FEED_VERSION, line)
        self._as_the_job(check, address.events, _EVENTS_VERSION, _completed(address, passed))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._without_our_token.close()

    def _already(self, order: PipelineOrder) -> PipelineRun | None:
        runs = self._get(f"pipelines/{order.pipeline}/runs", {})
        for listed in _since(order, runs):
            parameters = mapping(listed, "templateParameters")
            if not parameters:
                whole = self._get(f"pipelines/{order.pipeline}/runs/{listed.get('id')}", {})
                parameters = mapping(whole, "templateParameters")
            if parameters.get("correlationId") == order.correlation:
                return _run(listed)
        return None

    def _get(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        address = f"{self._project}/_apis/{quote(path)}"
        request = HttpRequest("GET", address, params={**query, **_VERSION})
        return self._json(request, f"read {path} of Azure DevOps", "View builds")

    def _json(
        self, request: HttpRequest, doing: str, permission: str, **options: Any
    ) -> Mapping[str, Any]:
        thing = f"{request.url.partition('?')[0]} in Azure DevOps"
        needed = f"the permission {permission} in the project's pipelines"
        with told_as_ours(doing, thing=thing, permission=needed):
            response = self._client.send_request(request, **options)
            if response.status_code in {203, 302}:
                raise NoPermission(
                    f"May not {doing}: Azure DevOps asks for a sign-in; add Driftgate's identity "
                    f"to the organisation and give it {needed}."
                )
            _raise_for(response)
            try:
                content = response.json()
            except (ValueError, DecodeError) as problem:
                raise Unavailable(f"Could not {doing}: the answer is not JSON.") from problem
        if not isinstance(content, dict):
            raise Unavailable(f"Could not {doing}: the answer is no JSON object.")
        return content

    def _as_the_job(
        self,
        check: EnvironmentCheck,
        address: str,
        version: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> None:
        request = HttpRequest(
            "POST",
            address,
            params=dict(version),
            json=dict(body),
            headers={"Authorization": basic(check.token)},
        )
        with told_as_ours(
            "answer the environment's check",
            thing=f"plan {check.plan} that waits for an answer in Azure DevOps",
            permission="a job token that is still valid (48 hours)",
        ):
            _raise_for(self._without_our_token.send_request(request))


def _raise_for(response: HttpResponse) -> None:
    if not 200 <= response.status_code < 300:
        raise HttpResponseError(response=response)


def _since(order: PipelineOrder, runs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The newest first; those made before the order cannot be its own."""
    recent = [
        listed
        for listed in _items(runs, "value")
        if (created := time(listed, "createdDate")) is None or created >= order.requested
    ]
    recent.sort(key=lambda listed: str(listed.get("createdDate")), reverse=True)
    yield from recent[:_MOST_RUNS]


def _items(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = holder.get(key)
    return [item for item in values if isinstance(item, dict)] if isinstance(values, list) else []


def _run(listed: Mapping[str, Any]) -> PipelineRun:
    number = listed.get("id")
    if not isinstance(number, int):
        raise NotFound("Azure DevOps told of a run without a number.")
    return PipelineRun(
        number=number,
        state=text(listed, "state") or "unknown",
        result=text(listed, "result"),
        created=time(listed, "createdDate"),
        address=text(mapping(listed, "_links", "web"), "href"),
    )


def _approval(item: Mapping[str, Any]) -> Approval:
    return Approval(
        identity=text(item, "id") or "",
        status=text(item, "status") or "undefined",
        steps=tuple(
            ApprovalStep(
                asked=_person(step, "assignedApprover") or "unknown",
                by=_person(step, "actualApprover"),
                status=text(step, "status") or "undefined",
                at=time(step, "lastModifiedOn"),
                comment=text(step, "comment"),
            )
            for step in _items(item, "steps")
        ),
    )


def _person(step: Mapping[str, Any], key: str) -> str | None:
    who = mapping(step, key)
    return text(who, "uniqueName") or text(who, "displayName") or text(who, "id")


def _completed(address: CheckAddress, passed: bool) -> dict[str, str]:
    return {
        "name": "TaskCompleted",
        "taskId": address.task,
        "jobId": address.job,
        "result": "succeeded" if passed else "failed",
    }
