"""Writing the shares of an online endpoint: read, compared, written whole, and read again.

An endpoint has no version that a write could be bound to, as far as is documented; where an answer
has an ETag all the same, it is used. Otherwise the time between the last read and the write is
what another writer can slip into: it is kept as short as one request.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from shared.adapters.azure.answers import mapping, numbers, text
from shared.adapters.azure.online_endpoints import endpoint_of
from shared.adapters.azure.resource_manager import Resource
from shared.adapters.azure.resource_names import named
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.adapters.shares import changed, to_write, whole_numbers
from shared.domain.promotion import TrafficStep
from shared.domain.splits import alike, live
from shared.domain.world import Endpoint
from shared.errors import DriftgateError, Refused, Unavailable

_NOT_WRITTEN = frozenset({"id", "name", "type", "systemData", "etag"})
_NOT_SET = frozenset({"scoringUri", "swaggerUri", "provisioningState"})
_FINISHED = frozenset({"succeeded", "failed", "canceled"})


class AzureTraffic:
    """Changes shares as one identity; waits for Azure up to `patience` seconds, then lets it be."""

    def __init__(
        self,
        resources: WorkspaceResources,
        *,
        patience: float = 60.0,
        every: float = 5.0,
        sleep: Callable[[float], None] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resources = resources
        self._patience = patience
        self._every = every
        self._sleep = sleep
        self._seconds = seconds

    def change(
        self,
        endpoint: str,
        *,
        traffic: Mapping[str, float],
        mirror: Mapping[str, float],
        expected: Mapping[str, float],
        expected_mirror: Mapping[str, float],
    ) -> Endpoint:
        """Set the shares where they are still the expected ones; the rest of it stays.

        Raises ChangedMeanwhile, NotFound, NoPermission, Refused, Unavailable.
        """
        named("an endpoint", endpoint)
        wanted = TrafficStep(traffic=dict(traffic), mirror=dict(mirror))
        before = TrafficStep(traffic=dict(expected), mirror=dict(expected_mirror))
        present = self._settled(endpoint)
        if _unfinished(present):
            state = _state(present)
            raise Unavailable(f"Endpoint {endpoint} is {state}; its traffic cannot be changed yet.")
        if not to_write(endpoint_of(endpoint, present, self._resources), wanted, before):
            return endpoint_of(endpoint, present, self._resources)
        written = self._write(endpoint, wanted, before)
        found = endpoint_of(endpoint, self._settled(endpoint), self._resources)
        return self._judged(found, written, wanted, before)

    def _write(self, name: str, wanted: TrafficStep, before: TrafficStep) -> Resource:
        """Read once more and write what was read with other shares, with nothing in between."""
        thing = f"online endpoint {name}"
        resource = self._resources.read("onlineEndpoints", name, thing=thing)
        shares = _shares(resource.content)
        if _unfinished(resource.content):
            raise Unavailable(f"Endpoint {name} began to be written by somebody else just now.")
        if not alike(shares, before):
            raise changed(name, shares, before)
        return self._resources.put(
            "onlineEndpoints",
            name,
            body=_with_shares(resource.content, wanted),
            match=resource.etag,
            doing=f"change the traffic of {name}",
            thing=thing,
            permission=self._permission(resource.content),
        )

    def _settled(self, name: str) -> Mapping[str, Any]:
        """The endpoint when it is not being written any more, or as it is when patience ends.

        The endpoint itself is asked and not the operation, which lies outside of the workspace,
        where our identity has no right.
        """
        deadline = self._seconds() + self._patience
        while True:
            resource = self._resources.get("onlineEndpoints", name, thing=f"online endpoint {name}")
            if not _unfinished(resource) or self._seconds() >= deadline:
                return resource
            self._sleep(self._every)

    def _judged(
        self, found: Endpoint, written: Resource, wanted: TrafficStep, before: TrafficStep
    ) -> Endpoint:
        """What became of a write that was taken; Azure's first answers still show the old shares.

        Those of before are no other writer's: the answer may be an old one, so it is asked again.
        """
        state = found.provisioning_state.casefold()
        if state not in _FINISHED or alike(live(found), wanted):
            return found
        if state != "succeeded":
            raise Refused(
                f"Azure did not change the traffic of {found.name}, which is "
                f"{found.provisioning_state}{self._why(written, found.name)}."
            )
        if alike(live(found), before):
            raise Unavailable(f"Azure took the new traffic of {found.name} and shows the old one.")
        raise changed(found.name, live(found), wanted)

    def _why(self, written: Resource, name: str) -> str:
        """What the operation says of its failure, where it may be asked."""
        if written.operation is None:
            return ""
        try:
            answer = self._resources.operation(written.operation, thing=f"the change of {name}")
        except DriftgateError:
            return ""
        said = text(mapping(answer, "error"), "message")
        return f": {' '.join(said.split())[:300].rstrip('.')}" if said else ""

    def _permission(self, resource: Mapping[str, Any]) -> str:
        role = (
            "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write on the workspace "
            f"{self._resources.workspace}"
        )
        assigned = mapping(resource, "identity", "userAssignedIdentities")
        return f"{role}, and Managed Identity Operator on the endpoint's own" if assigned else role


def _with_shares(resource: Mapping[str, Any], wanted: TrafficStep) -> dict[str, Any]:
    """The endpoint as it is written: without what Azure sets, both kinds of shares named.

    Mirrors that are not sent are lost, so they always are.
    """
    body = {key: value for key, value in resource.items() if key not in _NOT_WRITTEN}
    properties = {
        key: value
        for key, value in mapping(resource, "properties").items()
        if key not in _NOT_SET and value is not None
    }
    properties["traffic"] = whole_numbers(wanted.traffic)
    properties["mirrorTraffic"] = whole_numbers(wanted.mirror)
    body["properties"] = properties
    identity = mapping(resource, "identity")
    if identity:
        assigned = mapping(identity, "userAssignedIdentities")
        body["identity"] = {"type": identity.get("type")}
        if assigned:
            body["identity"]["userAssignedIdentities"] = {one: {} for one in assigned}
    return body


def _shares(resource: Mapping[str, Any]) -> TrafficStep:
    properties = mapping(resource, "properties")
    return TrafficStep(
        traffic={k: v for k, v in numbers(properties, "traffic").items() if v > 0},
        mirror={k: v for k, v in numbers(properties, "mirrorTraffic").items() if v > 0},
    )


def _state(resource: Mapping[str, Any]) -> str:
    return text(mapping(resource, "properties"), "provisioningState") or "Unknown"


def _unfinished(resource: Mapping[str, Any]) -> bool:
    return _state(resource).casefold() not in _FINISHED
