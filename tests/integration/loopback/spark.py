"""Code assets and Spark jobs, as azure-ai-ml asks for them; what is uploaded goes to Azurite."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from azure.storage.blob import ContainerSasPermissions, generate_container_sas

from tests.integration.loopback.resource_manager import WORKSPACE, WorkspaceState
from tests.integration.loopback.server import Answer, Request, Router, refusal
from tests.integration.storage.azurite import Account

UPLOADS = "uploads"
_KEY = "a2V5"


def serve_spark(router: Router, state: WorkspaceState, account: Account) -> dict[str, Any]:
    """Each upload gets a container with a signature of its own; returns the code assets by id."""
    codes: dict[str, Any] = {}

    def listed(request: Request) -> Answer:
        wanted = request.query.get("hash")
        found = [
            one
            for one in codes.values()
            if one["properties"]["properties"]["hash_sha256"] == wanted
        ]
        return Answer(body={"value": found})

    def pending(request: Request) -> Answer:
        container = f"{UPLOADS}{len(router.log)}"
        account.blobs.create_container(container)
        name = urlsplit(account.blob_endpoint).path.strip("/")
        signature = generate_container_sas(
            name,
            container,
            account_key=_KEY,
            permission=ContainerSasPermissions(read=True, write=True, list=True, create=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
        uri = f"{account.blob_endpoint}/{container}"
        return Answer(
            body={
                "pendingUploadId": request.parts["version"],
                "pendingUploadType": "TemporaryBlobReference",
                "blobReferenceForConsumption": {
                    "blobUri": uri,
                    "storageAccountArmId": "",
                    "credential": {"credentialType": "SAS", "sasUri": f"{uri}?{signature}"},
                },
            }
        )

    def put_code(request: Request) -> Answer:
        path = f"codes/{request.parts['name']}/versions/{request.parts['version']}"
        codes[path] = state.resource(path, request.json()["properties"])
        return Answer(status=201, body=codes[path])

    def get_code(request: Request) -> Answer:
        path = f"codes/{request.parts['name']}/versions/{request.parts['version']}"
        return Answer(body=codes[path]) if path in codes else refusal(404, "NotFound", "No code.")

    def put_job(request: Request) -> Answer:
        name = request.parts["name"]
        properties = {**request.json()["properties"], "status": "NotStarted", "services": {}}
        state.jobs[name] = state.resource(f"jobs/{name}", properties)
        return Answer(status=201, body=state.jobs[name])

    versions = f"{WORKSPACE}/codes/{{name}}/versions"
    router.add("GET", versions, listed)
    router.add("GET", f"{versions}/{{version}}", get_code)
    router.add("PUT", f"{versions}/{{version}}", put_code)
    router.add("POST", f"{versions}/{{version}}/startPendingUpload", pending)
    router.add("PUT", f"{WORKSPACE}/jobs/{{name}}", put_job)
    return codes
