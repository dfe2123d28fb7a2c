"""GitHub's REST API of workflows, version 2022-11-28, for one repository.

A dispatch tells its run where it is asked to (`return_run_details`), else answers 204; a run has
its run-name as `display_title` and never its inputs.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.integration.loopback.server import Answer, Request, Router

REPOSITORY = "contoso/scoring"
TOKEN = "github_pat_made_up"  # noqa: S105


def fault(status: int, message: str, **headers: str) -> Answer:
    """An error in GitHub's own form."""
    return Answer(
        status=status,
        body={"message": message, "documentation_url": "https://docs.github.com/rest"},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


@dataclass
class GitHub:
    """What the repository holds; `tells_runs` is whether a dispatch names its run."""

    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    inputs: dict[int, dict[str, str]] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    pending: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    tells_runs: bool = True
    lists_after: int = 0
    now: str = "2026-02-03T12:00:01Z"

    def by_number(self, number: int) -> dict[str, Any] | None:
        """A run of any workflow."""
        return next((r for runs in self.runs.values() for r in runs if r["id"] == number), None)


def serve_github(router: Router) -> GitHub:
    """The routes that start runs and read them."""
    github = GitHub()

    def dispatch(request: Request) -> Answer:
        runs = github.runs.get(request.parts["file"])
        if runs is None:
            return fault(404, "Not Found")
        body = request.json()
        number = 30_433_642 + sum(map(len, github.runs.values()))
        github.refs.append(body["ref"])
        github.inputs[number] = body["inputs"]
        html = f"https://github.com/{REPOSITORY}/actions/runs/{number}"
        runs.insert(
            0,
            {
                "id": number,
                "name": "promote a model",
                "display_title": body["inputs"]["correlationId"],
                "event": "workflow_dispatch",
                "status": "queued",
                "conclusion": None,
                "created_at": github.now,
                "html_url": html,
                "actor": {"login": "driftgate-bot"},
                "triggering_actor": {"login": "driftgate-bot"},
            },
        )
        if not (github.tells_runs and body.get("return_run_details")):
            return Answer(status=204)
        return Answer(body={"workflow_run_id": number, "run_url": html, "html_url": html})

    def listed(request: Request) -> Answer:
        runs = github.runs.get(request.parts["file"])
        if runs is None:
            return fault(404, "Not Found")
        if github.lists_after > 0:
            github.lists_after -= 1
            runs = []
        since = request.query["created"].removeprefix(">=")
        found = [run for run in runs if run["created_at"] >= since]
        return Answer(body={"total_count": len(found), "workflow_runs": found})

    def run(request: Request) -> Answer:
        found = github.by_number(int(request.parts["number"]))
        return fault(404, "Not Found") if found is None else Answer(body=found)

    def of_run(held: dict[int, list[dict[str, Any]]]) -> Any:
        def answer(request: Request) -> Answer:
            number = int(request.parts["number"])
            if github.by_number(number) is None:
                return fault(404, "Not Found")
            return Answer(body=held.get(number, []))

        return answer

    api = f"/repos/{REPOSITORY}/actions"
    for method, template, handler in (
        ("POST", f"{api}/workflows/{{file}}/dispatches", dispatch),
        ("GET", f"{api}/workflows/{{file}}/runs", listed),
        ("GET", f"{api}/runs/{{number}}", run),
        ("GET", f"{api}/runs/{{number}}/approvals", of_run(github.reviews)),
        ("GET", f"{api}/runs/{{number}}/pending_deployments", of_run(github.pending)),
    ):
        router.add(method, template, _guarded(handler))
    return github


def _guarded(handler: Any) -> Any:
    def guarded(request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return fault(401, "Bad credentials")
        if request.headers.get("x-github-api-version") != "2022-11-28":
            return fault(400, "No such API version.")
        answered: Answer = handler(request)
        return answered

    return guarded
