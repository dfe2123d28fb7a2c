"""The MLflow server of a workspace: the runs and their last metrics."""

from typing import Any

from tests.integration.loopback.resource_manager import WORKSPACE, WorkspaceState
from tests.integration.loopback.server import Answer, Request, Router, refusal


def serve_runs(
    router: Router,
    state: WorkspaceState,
    runs: dict[str, dict[str, Any]],
    started: dict[str, int],
    tags: dict[str, dict[str, str]],
) -> None:
    """`runs/get` at version 2.0 of the path; the workspace itself names version 1.0."""
    address = state.url.replace("https://", "azureml://", 1)
    state.tracking = f"{address}/mlflow/v1.0{WORKSPACE}"

    def run(request: Request) -> Answer:
        found = runs.get(request.query["run_id"])
        if found is None:
            return refusal(404, "RESOURCE_DOES_NOT_EXIST", "The run was not found.")
        metrics = [
            {"key": key, "value": value, "timestamp": 1770114700000, "step": 0}
            for key, value in found.items()
        ]
        name = request.query["run_id"]
        info = {"run_id": name, "status": "FINISHED", "start_time": started.get(name)}
        data: dict[str, Any] = {"metrics": metrics}
        if name in tags:
            data["tags"] = [{"key": key, "value": value} for key, value in tags[name].items()]
        return Answer(body={"run": {"info": info, "data": data}})

    router.add("GET", f"/mlflow/v2.0{WORKSPACE}/api/2.0/mlflow/runs/get", run)
