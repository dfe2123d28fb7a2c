"""Runs of a delivery pipeline, who approved them, and the checks it waits for."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOrder:
    """A run to start: the pipeline, its parameters, and what makes a repeat harmless.

    `pipeline` is an Azure DevOps pipeline's number as text, or a GitHub workflow as
    `owner/repository/file.yml`. `correlation` is handed over as the parameter `correlationId`,
    which the pipeline has to declare; a run made since `requested` that has it is the one that was
    ordered.
    """

    pipeline: str
    correlation: str
    requested: datetime
    parameters: dict[str, str] = field(default_factory=dict)
    branch: str = "refs/heads/main"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRun:
    """A run, in the words of Azure DevOps on every platform.

    `state` is `inProgress` until it is `completed`; then `result` is `succeeded`, `failed` or
    `canceled`. `by` is who asked the platform for it, `parameters` what it was given, where the
    platform tells.
    """

    number: int
    state: str
    result: str | None = None
    created: datetime | None = None
    address: str | None = None
    by: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """One person's part in an approval; `by` is who acted, `asked` who was to act.

    `name` is how the platform shows who acted, where that is another spelling: a registry may know
    the same person by it.
    """

    asked: str
    status: str
    by: str | None = None
    at: datetime | None = None
    comment: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a run waits for, or was given: `status` is pending, approved, rejected and so on."""

    identity: str
    status: str
    steps: tuple[ApprovalStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentCheck:
    """A check that waits for our answer, as it came in the headers of its call.

    `address` is where it says it can be answered: untrusted. `token` is a secret of one job and
    never shown.
    """

    address: str
    project: str
    hub: str
    plan: str
    job: str
    task: str
    timeline: str
    token: str = field(repr=False)
