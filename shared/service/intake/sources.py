"""Who an archived payload came from, as far as somebody could fall silent there."""

import json
import re
from collections.abc import Mapping
from typing import Any

from shared.ports import ArchivedEvent

_OURS = frozenset({"api", "command", "demo"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_WORKSPACE = re.compile(
    r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/"
    r"microsoft\.machinelearningservices/workspaces/(?P<name>[^/]+)",
    re.IGNORECASE,
)
_GROUP = re.compile(r"/subscriptions/[^/]+/resourcegroups/(?P<name>[^/]+)", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"/subscriptions/(?P<name>[^/]+)", re.IGNORECASE)
_TOPICS = (
    (_WORKSPACE, "workspace"),
    (_GROUP, "resource group"),
    (_SUBSCRIPTION, "subscription"),
)


def source_of(archived: ArchivedEvent) -> str | None:
    """The topic, the project or the service behind a payload; None where it tells of none.

    A payload that was refused shows as well that its source speaks. Replays and what people send
    themselves do not.
    """
    if archived.via in _OURS:
        return None
    if archived.event is None:
        return _of_body(archived.body)
    if archived.event.get("replayname") is not None:
        return None
    source, data = str(archived.event.get("source")), archived.event.get("data")
    return _named(source, data if isinstance(data, Mapping) else {})


def _named(source: str, data: Mapping[str, Any]) -> str | None:
    kind = source.partition("/")[0]
    if kind == "azure-devops":
        return f"azure-devops project {_plain(data.get('project'))}"
    if kind == "azure-monitor":
        return "azure-monitor"
    for topic, what in _TOPICS:
        found = topic.match(source)
        if found is not None:
            return f"{what} {_plain(found['name']).lower()}"
    return None


def _of_body(body: bytes) -> str | None:
    """What a refused envelope says of where it comes from."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(envelope, dict):
        return None
    if "publisherId" in envelope:
        containers = envelope.get("resourceContainers")
        project = containers.get("project") if isinstance(containers, dict) else None
        return _named("azure-devops", project_of(project))
    if envelope.get("schemaId") == "azureMonitorCommonAlertSchema":
        return "azure-monitor"
    return _named(str(envelope.get("topic") or envelope.get("source") or ""), {})


def project_of(project: object) -> dict[str, Any]:
    """The id of a hook's project, where it has one."""
    return {"project": project.get("id")} if isinstance(project, dict) else {}


def _plain(name: object) -> str:
    text = str(name)
    return text if name is not None and _NAME.fullmatch(text) else "unknown"
