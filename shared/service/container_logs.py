"""Reads the container logs of deployments as evidence: cut to their ends, without secrets and rows.

Every reaction that explains a failure by the log reads it here.
"""

from collections.abc import Iterable

from shared.errors import DriftgateError
from shared.ports import Workspace

LINES = 500


def kept_logs(
    workspace: Workspace, endpoint: str, deployments: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The logs by deployment, and one sentence for each that cannot be read.

    A log explains an alert and decides nothing, so what keeps it from being read never stops the
    decision. It is redacted here, before anybody can store it.
    """
    logs: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name in deployments:
        from shared.domain.diagnosis import kept

        try:
            logs[name] = kept(workspace.logs(endpoint, name, LINES))
        except DriftgateError as problem:
            problems[name] = str(problem)
    return logs, problems
