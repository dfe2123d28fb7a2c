"""A machine learning workspace behind Azure Resource Manager, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.loopback.server import Answer, Handler, Request, Router, refusal

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ml"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws-prod"
)
LIGHT = "2023-04-01"
VERSIONS = {
    "": {LIGHT, "2023-08-01-preview", "2024-10-01-preview"},
    "models": {LIGHT, "2023-08-01-preview"},
    "onlineEndpoints": {LIGHT, "2022-02-01-preview"},
    "deployments": {LIGHT, "2023-04-01-preview"},
    "data": {LIGHT, "2023-04-01-preview"},
    "jobs": {LIGHT, "2024-01-01-preview", "2025-01-01-preview"},
    "datastores": {LIGHT},
}
PAGE = 2


@dataclass
class WorkspaceState:
    """Resources by their names; `resource` makes the envelope of one."""

    url: str
    models: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    data: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    datastores: dict[str, dict[str, Any]] = field(default_factory=dict)
    container_logs: dict[tuple[str, str, str], str] = field(default_factory=dict)
    tracking: str = ""

    def resource(
        self, path: str, properties: Mapping[str, Any], created: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """An ARM resource at a path below the workspace."""
        return {
            "id": f"{WORKSPACE}/{path}",
            "name": path.rpartition("/")[2],
            "type": "Microsoft.MachineLearningServices/workspaces",
            "systemData": {"createdAt": created} if created else {},
            "properties": dict(properties),
            **more,
        }


def serve_workspace(router: Router, state: WorkspaceState) -> None:
    """Routes of the light client and of azure-ai-ml; another api-version is an unknown route."""

    def add(method: str, path: str, kind: str, handler: Handler) -> None:
        def checked(request: Request) -> Answer:
            if request.query.get("api-version") not in VERSIONS[kind]:
                router.unknown.append(f"{request.path} in {request.query.get('api-version')}")
            return handler(request)

        router.add(method, WORKSPACE + path, checked)

    def found(where: Mapping[str, Any], *names: str) -> Answer:
        thing: Any = where
        for name in names:
            thing = thing.get(name) if isinstance(thing, Mapping) else None
        if thing is None:
            return refusal(404, "UserError", f"{'/'.join(names)} was not found.")
        return Answer(body=thing)

    def paged(request: Request, items: list[dict[str, Any]]) -> Answer:
        """Two at a time, and a link to more even when one was asked for."""
        first = int(request.query.get("$skip", "0"))
        top = int(request.query.get("$top", str(PAGE)))
        body: dict[str, Any] = {"value": items[first : first + top]}
        if first + top < len(items) or "$top" in request.query:
            version = request.query["api-version"]
            body["nextLink"] = (
                f"{state.url}{request.path}?api-version={version}&$skip={first + top}"
            )
        return Answer(body=body)

    def model_versions(request: Request) -> Answer:
        versions = state.models.get(request.parts["name"])
        if versions is None:
            return refusal(404, "UserError", "The model was not found.")
        newest_first = sorted(
            versions.values(), key=lambda item: item["systemData"].get("createdAt", "")
        )[::-1]
        return paged(request, newest_first)

    def put_model(request: Request) -> Answer:
        """All tags are replaced, and flavors are there whether they were sent or not."""
        name, version = request.parts["name"], request.parts["version"]
        known = state.models.setdefault(name, {}).get(version)
        properties = {"flavors": {}, **request.json()["properties"]}
        made = state.resource(f"models/{name}/versions/{version}", properties)
        if known is not None:
            made["systemData"] = known["systemData"]
        state.models[name][version] = made
        return Answer(status=200 if known else 201, body=made)

    def container_log(request: Request) -> Answer:
        endpoint, deployment = request.parts["endpoint"], request.parts["deployment"]
        if deployment not in state.deployments.get(endpoint, {}):
            return refusal(404, "UserError", "The deployment was not found.")
        asked = request.json()
        kept = state.container_logs.get((endpoint, deployment, asked["containerType"]), "")
        return Answer(body={"content": kept})

    def data(request: Request) -> Answer:
        versions = state.data.get(request.parts["name"])
        if versions is None:
            return refusal(404, "UserError", "The data asset was not found.")
        latest = {"latestVersion": list(versions)[-1]}
        return Answer(body=state.resource(f"data/{request.parts['name']}", latest))

    add(
        "GET",
        "",
        "",
        lambda _: Answer(
            body={
                **state.resource(
                    "",
                    {
                        "workspaceId": "ws-id",
                        "mlFlowTrackingUri": state.tracking,
                        "discoveryUrl": f"{state.url}/discovery",
                    },
                ),
                "id": WORKSPACE,
                "name": "ws-prod",
                "location": "westeurope",
            }
        ),
    )
    version = "/models/{name}/versions/{version}"
    add("GET", "/models/{name}/versions", "models", model_versions)
    add(
        "GET", version, "models", lambda r: found(state.models, r.parts["name"], r.parts["version"])
    )
    add("PUT", version, "models", put_model)
    endpoint = "/onlineEndpoints/{endpoint}"
    add(
        "GET",
        "/onlineEndpoints",
        "onlineEndpoints",
        lambda r: paged(r, list(state.endpoints.values())),
    )
    add("GET", endpoint, "onlineEndpoints", lambda r: found(state.endpoints, r.parts["endpoint"]))
    add(
        "GET",
        f"{endpoint}/deployments",
        "deployments",
        lambda r: paged(r, list(state.deployments.get(r.parts["endpoint"], {}).values())),
    )
    add("POST", f"{endpoint}/deployments/{{deployment}}/getLogs", "deployments", container_log)
    add("GET", "/data/{name}", "data", data)
    add(
        "GET",
        "/data/{name}/versions/{version}",
        "data",
        lambda r: found(state.data, r.parts["name"], r.parts["version"]),
    )
    add("GET", "/jobs/{name}", "jobs", lambda r: found(state.jobs, r.parts["name"]))
    add(
        "GET",
        "/datastores/{name}",
        "datastores",
        lambda r: found(state.datastores, r.parts["name"]),
    )
