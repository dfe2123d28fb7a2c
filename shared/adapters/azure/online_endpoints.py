"""Online endpoints with their deployments, and what their containers wrote."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.adapters.azure.answers import mapping, number, numbers, text, time, whole
from shared.adapters.azure.resource_names import is_resource_name, named
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.adapters.container_logs import last_lines
from shared.domain.collected import Collection
from shared.domain.world import Deployment, Endpoint
from shared.errors import NotFound

_MODEL_ID = re.compile(r"/models/([^/]+)/versions/([^/]+)/?$", re.IGNORECASE)
_SHORT_ID = re.compile(r"(?:azureml:)?([^/:]+):([^/:]+)")


class OnlineEndpoints:
    """Reads endpoints: two requests for one, one a page for a list."""

    def __init__(self, resources: WorkspaceResources) -> None:
        self._resources = resources

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with its deployments by name. Raises NotFound, NoPermission, Unavailable.

        Shares are those the service states; a deployment without one is absent, which means 0.
        """
        named("an endpoint", name)
        resource = self._resources.get("onlineEndpoints", name, thing=f"online endpoint {name}")
        return endpoint_of(name, resource, self._resources)

    def endpoints(self) -> Sequence[str]:
        """The names of all of them, sorted."""
        listed = self._resources.pages("onlineEndpoints", thing="online endpoints")
        return sorted(name for item in listed if (name := text(item, "name")))

    def deployments(self, name: str) -> Sequence[str]:
        """The names of an endpoint's deployments, sorted. Raises NotFound."""
        listed = self._resources.pages(
            "onlineEndpoints", name, "deployments", thing=f"deployments of the endpoint {name}"
        )
        return sorted(one.name for item in listed if (one := _deployment(item)) is not None)

    def container_logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines of the inference server, and of what fetched its model where that tells.

        Empty when there are none or the deployment is not there.
        Raises NoPermission, Unavailable, Refused.
        """
        if not (is_resource_name(endpoint) and is_resource_name(deployment)):
            return ""
        server = self._container_log(endpoint, deployment, "InferenceServer", tail)
        return last_lines(
            server,
            lambda: self._container_log(endpoint, deployment, "StorageInitializer", tail),
            tail,
        )

    def _container_log(self, endpoint: str, deployment: str, container: str, tail: int) -> str:
        try:
            answer = self._resources.post(
                "onlineEndpoints",
                endpoint,
                "deployments",
                deployment,
                "getLogs",
                body={"containerType": container, "tail": tail},
                doing=f"read the container logs of {endpoint}/{deployment}",
                thing=f"deployment {endpoint}/{deployment}",
            )
        except NotFound:
            return ""
        return text(answer, "content") or ""


def endpoint_of(name: str, resource: Mapping[str, Any], resources: WorkspaceResources) -> Endpoint:
    """An endpoint that was read, with its deployments, which are listed for it."""
    listed = resources.pages(
        "onlineEndpoints", name, "deployments", thing=f"deployments of the endpoint {name}"
    )
    deployments = [deployment for item in listed if (deployment := _deployment(item))]
    properties = mapping(resource, "properties")
    return Endpoint(
        name=name,
        provisioning_state=text(properties, "provisioningState") or "Unknown",
        traffic=numbers(properties, "traffic"),
        mirror_traffic=numbers(properties, "mirrorTraffic"),
        deployments=tuple(sorted(deployments, key=lambda deployment: deployment.name)),
        changed=_changed(mapping(resource, "systemData")),
    )


def _sampling(collector: Mapping[str, Any], collection: Collection) -> float | None:
    """Per cent of requests of which a collection keeps rows; None when of none."""
    settings = mapping(mapping(collector, "collections"), collection.value)
    if (text(settings, "dataCollectionMode") or "").casefold() != "enabled":
        return None
    rate = number(settings.get("samplingRate"))
    return 100.0 if rate is None else 100.0 * rate


def model_of(model_id: str | None) -> tuple[str | None, str | None]:
    """Name and version out of a model's id in a workspace or a registry.

    >>> model_of("azureml://registries/shared/models/loan/versions/7")
    ('loan', '7')
    >>> model_of("azureml:loan:7"), model_of("https://a/b"), model_of(None)
    (('loan', '7'), (None, None), (None, None))
    """
    match = _MODEL_ID.search(model_id or "") or _SHORT_ID.fullmatch(model_id or "")
    return (match.group(1), match.group(2)) if match else (None, None)


def _changed(system: Mapping[str, Any]) -> datetime | None:
    return time(system, "lastModifiedAt") or time(system, "createdAt")


def _deployment(item: Mapping[str, Any]) -> Deployment | None:
    name = text(item, "name")
    if name is None:
        return None
    properties, system = mapping(item, "properties"), mapping(item, "systemData")
    model, version = model_of(text(properties, "model"))
    return Deployment(
        name=name.rpartition("/")[2],
        provisioning_state=text(properties, "provisioningState") or "Unknown",
        model=model,
        version=version,
        changed=_changed(system),
        instances=whole(mapping(item, "sku"), "capacity"),
        instance_type=text(properties, "instanceType"),
        sampling=_sampling(mapping(properties, "dataCollector"), Collection.INPUTS),
        outputs_sampling=_sampling(mapping(properties, "dataCollector"), Collection.OUTPUTS),
        created=time(system, "createdAt"),
    )
