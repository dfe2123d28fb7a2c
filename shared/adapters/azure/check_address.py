"""Where an environment's check may be answered: only where our own organisation is.

The address comes with the call that asks, so it is untrusted: a token sent to a stranger would let
him answer checks of the job.
"""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from shared.domain.pipelines import EnvironmentCheck
from shared.errors import Refused

HUBS = {hub.casefold(): hub for hub in ("Build", "Release", "Gates", "Checks")}
"""`system.HostType` is in lower case; the paths are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAddress:
    """The addresses of a check that may be used, and the identities within the plan."""

    plan: str
    timeline: str
    hub: str
    task: str
    job: str

    @property
    def events(self) -> str:
        """Where a task is said to have started or ended."""
        return f"{self.plan}/events"

    @property
    def feed(self) -> str:
        """Where lines of the console go."""
        return f"{self.timeline}/records/{self.job}/feed"

    @property
    def logs(self) -> str:
        """Where logs of the plan are made."""
        return f"{self.plan}/logs"

    @property
    def records(self) -> str:
        """Where a log is attached to the record of the check."""
        return f"{self.timeline}/records"


def check_address(check: EnvironmentCheck, project: str) -> CheckAddress:
    """The addresses of a check, put together of parts that are all known to be plain.

    Raises Refused, naming the header and the fix, for a host or organisation that is not that of
    `project`, for a hub that does not exist and for an identity that is no GUID.
    """
    collection = _collection(check.address, project)
    identities = {
        name: _guid(name, value)
        for name, value in {
            "ProjectId": check.project,
            "PlanId": check.plan,
            "JobId": check.job,
            "TaskInstanceId": check.task,
            "TimelineId": check.timeline,
        }.items()
    }
    hub = HUBS.get(check.hub.casefold())
    if hub is None:
        known = sorted(HUBS.values())
        raise Refused(f"HubName is {check.hub[:40]!r}; it has to be one of {known}.")
    plan = (
        f"{collection}/{identities['ProjectId']}/_apis/distributedtask/hubs/{hub}"
        f"/plans/{identities['PlanId']}"
    )
    return CheckAddress(
        plan=plan,
        timeline=f"{plan}/timelines/{identities['TimelineId']}",
        hub=hub,
        task=identities["TaskInstanceId"],
        job=identities["JobId"],
    )


def basic(token: str) -> str:
    """The header of a job's token: no user name, the token as the password."""
    return f"Basic {b64encode(f':{token}'.encode()).decode()}"


def _collection(address: str, project: str) -> str:
    """The organisation's own address; `visualstudio.com` is its older name."""
    ours = urlsplit(project)
    organisation = ours.path.strip("/").partition("/")[0]
    allowed = [f"{ours.scheme}://{ours.netloc}/{organisation}"]
    if ours.netloc == "dev.azure.com":
        allowed.append(f"https://{organisation}.visualstudio.com")
    for one in allowed:
        if address.rstrip("/").lower() == one.lower():
            return one
    raise Refused(
        f"PlanUrl is {address[:120]!r}; only {allowed[0]}/ is answered. "
        "Set DRIFTGATE_DEVOPS_URL when the organisation is another one."
    )


def _guid(name: str, value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise Refused(
            f"{name} is {value[:60]!r}, which is no GUID; keep the check's default headers."
        ) from None
