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
    """Resources by their names; `resource` makes the envelope of one.

    An endpoint that is written takes so many looks at it, and `fails` for that reason.
    """

    url: str
    models: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    data: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    datastores: dict[str, dict[str, Any]] = field(default_factory=dict)
    container_logs: dict[tuple[str, str, str], str] = field(default_factory=dict)
    tracking: str = ""
    etags: dict[str, str] = field(default_factory=dict)
    takes: int = 1
    fails: str | None = None
    writing: dict[str, dict[str, Any]] = field(default_factory=dict)

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
    serve_writing(router, state, add)
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


OPERATIONS = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/locations"
    "/westeurope/mfeOperationsStatus"
)


def serve_writing(router: Router, state: WorkspaceState, add: Any) -> None:
    """Endpoints as they are written: the answer shows the old traffic and that it is `Updating`."""

    def look(request: Request) -> Answer:
        name = request.parts["endpoint"]
        known = state.endpoints.get(name)
        if known is None:
            return refusal(404, "UserError", f"{name} was not found.")
        pending = state.writing.get(name)
        if pending is not None:
            pending["looks"] -= 1
            if pending["looks"] < 0:
                del state.writing[name]
                known["properties"]["provisioningState"] = "Failed" if state.fails else "Succeeded"
                if not state.fails:
                    known["properties"].update(pending["properties"])
        etag = state.etags.get(name)
        return Answer(body=known, headers={"ETag": etag} if etag else {})

    def write(request: Request) -> Answer:
        name, sent = request.parts["endpoint"], request.json()
        known, properties = state.endpoints[name], sent.get("properties") or {}
        wrong = _wrong(sent, set(state.deployments.get(name, {})))
        if name in state.writing:
            return refusal(409, "Conflict", "The endpoint is being updated.")
        if request.headers.get("if-match", state.etags.get(name)) != state.etags.get(name):
            return refusal(412, "PreconditionFailed", "The ETag does not match.")
        if wrong:
            return refusal(400, "BadRequest", wrong)
        state.writing[name] = {"looks": state.takes, "properties": properties}
        known.update({key: sent[key] for key in ("tags", "identity") if key in sent})
        known["properties"]["provisioningState"] = "Updating"
        headers = {"Azure-AsyncOperation": f"{state.url}{OPERATIONS}/oe-{name}?api-version={LIGHT}"}
        return Answer(status=201, body=known, headers=headers)

    def operation(_: Request) -> Answer:
        if state.fails:
            return Answer(body={"status": "Failed", "error": {"message": state.fails}})
        return Answer(body={"status": "InProgress" if state.writing else "Succeeded"})

    add("GET", "/onlineEndpoints/{endpoint}", "onlineEndpoints", look)
    add("PUT", "/onlineEndpoints/{endpoint}", "onlineEndpoints", write)
    router.add("GET", f"{OPERATIONS}/{{name}}", operation)


def _wrong(sent: Mapping[str, Any], deployments: set[str]) -> str | None:
    """Why the service does not take an endpoint."""
    properties = sent.get("properties") or {}
    traffic, mirror = properties.get("traffic") or {}, properties.get("mirrorTraffic") or {}
    if "location" not in sent or "authMode" not in properties:
        return "The location and properties.authMode are required."
    if not all(isinstance(share, int) for share in [*traffic.values(), *mirror.values()]):
        return "Traffic has to be whole numbers."
    if sum(traffic.values()) not in {0, 100}:
        return "The sum of traffic has to be 0 or 100."
    if sum(mirror.values()) > 50 or len(mirror) > 1:
        return "Mirror traffic is limited to 50 and one deployment."
    missing = {*traffic, *mirror} - deployments
    return f"Deployment {min(missing)} does not exist." if missing else None
