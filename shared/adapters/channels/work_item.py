"""Work items of Azure DevOps: one a group, kept up to date, and closed when all is over."""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.azure.answers import json_object, mapping, text, time, whole
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.channels.rendered import Render
from shared.adapters.retry_after import seconds_of
from shared.domain.notices import Notice, NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import NoPermission, NotFound, Refused, Throttled
from shared.ports import Clock, Sending

_LOG = logging.getLogger("driftgate.channels")
SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
_VERSION = {"api-version": "7.1"}
_PATCH = "application/json-patch+json"
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}")
_TITLE = 255
_OVER = {"completed", "removed"}


class WorkItems:
    """Items of one project, `https://dev.azure.com/<organisation>/<project>`.

    An item is known by its tag `driftgate-<group>`, and looked for before one is made, so that a
    repeat makes none twice. The states of its type say which one closes it. An item that people
    closed stays closed until the group begins anew: then there is a new one.
    """

    def __init__(
        self,
        project: str,
        credential: TokenCredential,
        render: Render,
        clock: Clock,
        *,
        seconds: float = 10.0,
    ) -> None:
        self._project = project.rstrip("/")
        self._render = render
        self._clock = clock
        self._seconds = seconds
        retry: RetryPolicy[Any, Any] = RetryPolicy(retry_total=0)
        token = BearerTokenCredentialPolicy(credential, SCOPE)
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._project, policies=[UserAgentPolicy("driftgate"), retry, token]
        )

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Make the group's item, change it, or close it; the reference is its number.

        Raises NoPermission, NotFound, Refused, Throttled, Unavailable.
        """
        body = self._render(ChannelKind.WORK_ITEM, sending)
        tag = _tag(sending.notice.group)
        item = self._known(sending.reference, tag) or self._tagged(tag)
        states = None if item is None else self._states(item)
        closed = item is not None and states is not None and _is_over(item, states)
        if item is None or (closed and _begins_anew(item, sending.notice)):
            if body.get("resolved"):
                return {}
            return self._made(sending, body, tag)
        changes = _changes(item, body, sending.notice)
        if body.get("resolved") and not closed:
            return self._close(item, changes, states or [])
        return self._changed(item, changes)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _known(self, reference: Mapping[str, Any], tag: str) -> Mapping[str, Any] | None:
        """The item of a reference, unless it was deleted or its tag taken away."""
        number = whole(reference, "id")
        if number is None:
            return None
        try:
            item = self._item(number)
        except NotFound:
            return None
        return item if tag in _tags(item) else None

    def _tagged(self, tag: str) -> Mapping[str, Any] | None:
        """The newest item with the tag."""
        query = (
            "SELECT [System.Id] FROM WorkItems "  # noqa: S608  the tag is letters and digits
            "WHERE [System.TeamProject] = @project "
            f"AND [System.Tags] CONTAINS '{tag}' ORDER BY [System.Id] DESC"
        )
        found = self._ask("POST", "wiql", {"$top": "1"}, {"query": query}, "look for work items")
        listed = found.get("workItems")
        first = listed[0] if isinstance(listed, list) and listed else {}
        number = whole(first, "id") if isinstance(first, dict) else None
        return None if number is None else self._item(number)

    def _item(self, number: int) -> Mapping[str, Any]:
        return self._ask("GET", f"workitems/{number}", {}, None, f"read work item {number}")

    def _states(self, item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        kind = text(mapping(item, "fields"), "System.WorkItemType") or "Issue"
        path = f"workitemtypes/{quote(kind, safe='')}/states"
        found = self._ask("GET", path, {}, None, f"read the states of {kind}").get("value")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _made(self, sending: Sending, body: Mapping[str, Any], tag: str) -> Mapping[str, Any]:
        receiver = sending.receiver
        tags = [*_plain_tags(body.get("tags")), tag]
        fields = {
            "System.Title": str(body.get("title", ""))[:_TITLE] or "Driftgate",
            "System.Description": str(body.get("html", "")),
            "System.Tags": "; ".join(dict.fromkeys(tags)),
        }
        if receiver.area:
            fields["System.AreaPath"] = receiver.area
        path = f"workitems/${quote(receiver.type, safe='')}"
        made = self._ask(
            "POST", path, {}, _patch(fields), f"make a work item of type {receiver.type}"
        )
        return _reference(made)

    def _changed(self, item: Mapping[str, Any], fields: Mapping[str, str]) -> Mapping[str, Any]:
        number = whole(item, "id")
        doing = f"change work item {number}"
        return _reference(self._ask("PATCH", f"workitems/{number}", {}, _patch(fields), doing))

    def _close(
        self,
        item: Mapping[str, Any],
        fields: Mapping[str, str],
        states: Sequence[Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        """Close it; a process that wants more fields filled in for that gets the comment alone."""
        state = next((text(one, "name") for one in states if _category(one) == "completed"), None)
        if state is None:
            return self._changed(item, fields)
        try:
            return self._changed(item, {**fields, "System.State": state})
        except (NoPermission, NotFound):
            raise
        except Refused as problem:
            _LOG.warning("work item %s was not closed: %s", item.get("id"), problem)
            return self._changed(item, fields)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | Sequence[Mapping[str, str]] | None,
        doing: str,
    ) -> Mapping[str, Any]:
        request = HttpRequest(
            method,
            f"{self._project}/_apis/wit/{path}",
            params={**query, **_VERSION},
            headers={"Content-Type": _PATCH} if isinstance(body, list) else None,
            json=body,
        )
        with told_as_ours(
            doing,
            thing="such work item, type or area in the project",
            permission="to view and edit work items of the project",
            who="Azure DevOps",
        ):
            response = self._client.send_request(
                request, connection_timeout=self._seconds, read_timeout=self._seconds
            )
            self._look_at(response, doing)
            return json_object(response, doing)

    def _look_at(self, response: HttpResponse, doing: str) -> None:
        status = response.status_code
        wait = response.headers.get("Retry-After")
        if status in {203, 302}:
            raise NoPermission(
                f"May not {doing}: Azure DevOps asks for a sign-in; add Driftgate's identity to "
                "the organisation and let it view and edit work items of the project."
            )
        if status == 429 or (status == 503 and wait is not None):
            raise Throttled(
                f"Azure DevOps asks to wait ({status}).", seconds_of(wait, self._clock())
            )
        if not 200 <= status < 300:
            raise HttpResponseError(response=response)


def _changes(item: Mapping[str, Any], body: Mapping[str, Any], notice: Notice) -> dict[str, str]:
    """What it is now; and as a comment, which people are told of, unless nothing is new."""
    html = str(body.get("html", ""))
    fields = {
        "System.Title": str(body.get("title", ""))[:_TITLE] or "Driftgate",
        "System.Description": html,
    }
    missing = [tag for tag in _plain_tags(body.get("tags")) if tag not in _tags(item)]
    if missing:
        fields["System.Tags"] = "; ".join([*_tags(item), *missing])
    return fields if notice.reason is NoticeReason.REPEAT else {**fields, "System.History": html}


def _begins_anew(item: Mapping[str, Any], notice: Notice) -> bool:
    """Whether an item that is closed is of an earlier time: closed before this trouble began."""
    closed = _closed_at(item)
    return notice.reason is NoticeReason.FIRST or (closed is not None and closed <= notice.since)


def _closed_at(item: Mapping[str, Any]) -> datetime | None:
    fields = mapping(item, "fields")
    return time(fields, "Microsoft.VSTS.Common.StateChangeDate") or time(
        fields, "System.ChangedDate"
    )


def _is_over(item: Mapping[str, Any], states: Sequence[Mapping[str, Any]]) -> bool:
    state = text(mapping(item, "fields"), "System.State")
    return any(text(one, "name") == state and _category(one) in _OVER for one in states)


def _category(state: Mapping[str, Any]) -> str:
    return (text(state, "category") or "").lower()


def _tags(item: Mapping[str, Any]) -> list[str]:
    told = text(mapping(item, "fields"), "System.Tags") or ""
    return [tag.strip() for tag in told.split(";") if tag.strip()]


def _plain_tags(tags: object) -> list[str]:
    """Tags without the signs that part them."""
    listed = tags if isinstance(tags, (list, tuple)) else ()
    return [plain for tag in listed if (plain := re.sub(r"[;,\s]+", " ", str(tag)).strip()[:100])]


def _tag(group: str) -> str:
    plain = _PLAIN.fullmatch(group) is not None
    return f"driftgate-{group if plain else hashlib.sha256(group.encode()).hexdigest()[:16]}"


def _patch(fields: Mapping[str, str]) -> list[Mapping[str, str]]:
    return [
        {"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()
    ]


def _reference(item: Mapping[str, Any]) -> dict[str, Any]:
    address = text(mapping(item, "_links", "html"), "href")
    made = {"id": whole(item, "id")}
    return made if address is None else {**made, "address": address}
