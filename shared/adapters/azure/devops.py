"""Azure DevOps: runs of a pipeline, who asked for them and who approved them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.azure.answers import json_object, mapping, text, texts, time
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.retries import RetriesWithinBudget
from shared.domain.pipelines import (
    Approval,
    ApprovalStep,
    PipelineOrder,
    PipelineRun,
)
from shared.errors import NoPermission, NotFound, Refused

SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
_VERSION = {"api-version": "7.1"}
_MOST_RUNS = 50


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
        retry = RetriesWithinBudget(
            retry_total=retries, retry_backoff_factor=backoff, timeout=budget
        )
        token = BearerTokenCredentialPolicy(credential, SCOPE)
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._project, policies=[UserAgentPolicy("driftgate"), retry, token]
        )

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Start a run, or return the one of this order. Raises NotFound, NoPermission, Refused."""
        number = _number(order.pipeline)
        made = self._already(order, number)
        if made is None:
            made = self._start(order, number)
        return replace(made, by=self._asked_by(made.number))

    def _start(self, order: PipelineOrder, number: int) -> PipelineRun:
        body = {
            "resources": {"repositories": {"self": {"refName": order.branch}}},
            "templateParameters": {**order.parameters, "correlationId": order.correlation},
        }
        address = f"{self._project}/_apis/pipelines/{number}/runs"
        request = HttpRequest("POST", address, params=_VERSION, json=body)
        return _run(
            self._json(request, f"start pipeline {order.pipeline}", "Queue builds", retry_total=0)
        )

    def run(self, pipeline: str, number: int) -> PipelineRun:
        """A run as it is now. Raises NotFound, NoPermission, Unavailable."""
        return _run(self._get(f"pipelines/{_number(pipeline)}/runs/{number}", {}))

    def approvals(self, pipeline: str, number: int) -> Sequence[Approval]:
        """The approvals that a run's timeline names; empty when it names none."""
        _number(pipeline)
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

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked_by(self, number: int) -> str | None:
        """Who asked for a run stands in its build alone; it was started though nobody tells."""
        try:
            build = self._get(f"build/builds/{number}", {})
        except NotFound:
            return None
        return _person(build, "requestedFor") or _person(build, "requestedBy")

    def _already(self, order: PipelineOrder, number: int) -> PipelineRun | None:
        runs = self._get(f"pipelines/{number}/runs", {})
        for listed in _since(order, runs):
            parameters = mapping(listed, "templateParameters")
            if not parameters:
                whole = self._get(f"pipelines/{number}/runs/{listed.get('id')}", {})
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
            return json_object(response, doing)


def _number(pipeline: str) -> int:
    if not (pipeline.isascii() and pipeline.isdigit()):
        raise Refused(
            f"The pipeline is {pipeline[:80]!r}; Azure DevOps knows its pipelines by number."
        )
    return int(pipeline)


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
        parameters=texts(listed, "templateParameters"),
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
                name=text(mapping(step, "actualApprover"), "displayName"),
            )
            for step in _items(item, "steps")
        ),
    )


def _person(step: Mapping[str, Any], key: str) -> str | None:
    who = mapping(step, key)
    return text(who, "uniqueName") or text(who, "displayName") or text(who, "id")
