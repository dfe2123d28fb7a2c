"""A registry, batch endpoints' jobs, components and computes, as azure-ai-ml asks for them."""

from typing import Any

from tests.integration.loopback.resource_manager import WORKSPACE, WorkspaceState
from tests.integration.loopback.server import Answer, Request, Router, refusal

REGISTRY = (
    "/mferp/managementfrontend/subscriptions/reg-sub/resourceGroups/reg-rg"
    "/providers/Microsoft.MachineLearningServices/registries/shared"
)


def cloud_metadata(url: str) -> dict[str, str]:
    """What azure-ai-ml wants to know of a cloud that is this server."""
    return {
        "azure_portal": url,
        "resource_manager": f"{url}/",
        "active_directory": url,
        "aml_resource_id": "https://ml.azure.com",
        "storage_endpoint": "core.windows.net",
        "registry_discovery_endpoint": f"{url}/",
    }


def serve_registry(router: Router, state: WorkspaceState, shared: dict[str, Any]) -> None:
    """The registry `shared`: an import is done at the third look at its operation."""
    polls: list[str] = []

    def versions(request: Request) -> Answer:
        name = request.parts["name"]
        return Answer(body={"value": [v for k, v in shared.items() if k.startswith(f"{name}:")]})

    def version(request: Request) -> Answer:
        found = shared.get(f"{request.parts['name']}:{request.parts['version']}")
        return Answer(body=found) if found else refusal(404, "UserError", "Not in the registry.")

    def start(request: Request) -> Answer:
        asked = request.json()["properties"]
        name, number = asked["destinationName"], asked["destinationVersion"]
        polls.append(f"{name}:{number}")
        headers = {"Location": f"{state.url}/import-operation", "Retry-After": "0.01"}
        return Answer(status=202, body=b"null", headers=headers)

    def poll(_: Request) -> Answer:
        polls.append("")
        if len(polls) < 3:
            headers = {"Location": f"{state.url}/import-operation", "Retry-After": "0.01"}
            return Answer(status=202, headers=headers)
        key = polls[0]
        name, _, number = key.partition(":")
        shared[key] = {
            "id": f"azureml://registries/shared/models/{name}/versions/{number}",
            "name": name,
            "type": "models",
            "properties": {"flavors": {}, "tags": {}},
        }
        return Answer(status=204)

    router.add(
        "GET",
        "/registrymanagement/v1.0/registries/{other}/discovery",
        lambda _: refusal(404, "RegistryNotFound", "There is no such registry."),
    )
    router.add(
        "GET",
        "/registrymanagement/v1.0/registries/shared/discovery",
        lambda _: Answer(
            body={
                "registryName": "shared",
                "subscriptionId": "reg-sub",
                "resourceGroup": "reg-rg",
                "primaryRegionResourceProviderUri": f"{state.url}/",
            }
        ),
    )
    router.add("GET", f"{REGISTRY}/models/{{name}}/versions", versions)
    router.add("GET", f"{REGISTRY}/models/{{name}}/versions/{{version}}", version)
    router.add("POST", f"{REGISTRY}/import", start)
    router.add("GET", "/import-operation", poll)
    router.add("GET", "/discovery", lambda _: Answer(body={"api": state.url}))


def serve_training(router: Router, state: WorkspaceState, listed: dict[str, list[str]]) -> None:
    """The command component `retrain:1`, the compute `cpu`, and batch endpoints with jobs."""

    def put_job(request: Request) -> Answer:
        name = request.parts["name"]
        properties = {**request.json()["properties"], "status": "NotStarted", "services": {}}
        state.jobs[name] = state.resource(f"jobs/{name}", properties)
        return Answer(status=201, body=state.jobs[name])

    def batch(request: Request) -> Answer:
        names = listed.get(request.parts["endpoint"])
        if names is None:
            return refusal(404, "UserError", "There is no such batch endpoint.")
        return Answer(body={"value": [state.jobs[name] for name in names]})

    component = {
        "componentSpec": {
            "name": "retrain",
            "version": "1",
            "type": "command",
            "command": "python train.py --data ${{inputs.data}}",
            "environment": f"azureml:{WORKSPACE}/environments/train/versions/1",
            "inputs": {
                "data": {"type": "uri_folder"},
                "depth": {"type": "integer"},
                "retraining": {"type": "string", "optional": True},
            },
            "outputs": {},
        }
    }

    def component_version(request: Request) -> Answer:
        if request.parts["name"] != "retrain":
            return refusal(404, "UserError", "There is no such component.")
        return Answer(body=state.resource("components/retrain/versions/1", component))

    router.add("GET", f"{WORKSPACE}/components/{{name}}/versions/{{version}}", component_version)
    router.add(
        "GET",
        f"{WORKSPACE}/computes/{{name}}",
        lambda r: Answer(
            body=state.resource(
                f"computes/{r.parts['name']}", {"computeType": "AmlCompute"}, location="westeurope"
            )
        ),
    )
    router.add("PUT", f"{WORKSPACE}/jobs/{{name}}", put_job)
    batch_jobs = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/jobs"
    router.add("GET", f"/mferp/managementfrontend{batch_jobs}", batch)
