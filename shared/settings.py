"""Settings from environment variables with the prefix `DRIFTGATE_`; every default is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.access_settings import AccessSettings
from shared.domain.event import Check
from shared.domain.profiling import Capacity
from shared.environment import PREFIX, InvalidSetting, https_address

if TYPE_CHECKING:
    from shared.channel_settings import ChannelSettings
    from shared.hook_settings import HookSettings
    from shared.schedules import Schedule
    from shared.summary_settings import SummarySettings

SAMPLES = Path(__file__).resolve().parent.parent / "samples"

RESOURCE_MANAGER = "https://management.azure.com"
LOG_ANALYTICS = "https://api.loganalytics.azure.com"
WORKSPACE_BLOBS = "https://{account}.blob.core.windows.net"
GITHUB = "https://api.github.com"
METRICS = "https://{region}.metrics.monitor.azure.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureSettings:
    """Where Azure's services are, and as whom they are asked.

    `workspace_id` is the resource id of the machine learning workspace, `log_analytics_id` the
    customer id of the Log Analytics workspace that its diagnostic settings send to.
    `event_topic`, `devops_url` and `github_token` may be missing: then findings are not published,
    and no pipeline of Azure DevOps or GitHub is started. `workspaces` are the resource ids of other
    stages' workspaces by name. `application_insights` is a connection string, which is no secret.
    `summaries` is the language model, None where none may be asked.
    Client ids choose a user-assigned identity; without one the environment's counts. The last five
    name another cloud than the public one.
    """

    blob_endpoint: str
    table_endpoint: str
    service_bus: str
    workspace_id: str
    log_analytics_id: str
    event_topic: str | None = None
    devops_url: str | None = None
    github_token: str | None = field(default=None, repr=False)
    workspaces: Mapping[str, str] = field(default_factory=dict)
    application_insights: str | None = None
    watcher_client_id: str | None = None
    promoter_client_id: str | None = None
    summaries: "SummarySettings | None" = None
    resource_manager: str = RESOURCE_MANAGER
    log_analytics: str = LOG_ANALYTICS
    metrics: str = METRICS
    workspace_blobs: str = WORKSPACE_BLOBS
    github: str = GITHUB

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "AzureSettings":
        """Read them. Raises InvalidSetting for one that is missing or is no HTTPS address."""
        from shared.summary_settings import SummarySettings

        return cls(
            blob_endpoint=_address(environment, "BLOB_ENDPOINT"),
            table_endpoint=_address(environment, "TABLE_ENDPOINT"),
            service_bus=_service_bus(environment),
            workspace_id=_workspace(environment),
            log_analytics_id=_needed(environment, f"{PREFIX}LOG_ANALYTICS_ID"),
            event_topic=https_address(environment, "EVENT_TOPIC"),
            devops_url=_project(environment),
            github_token=_secret(environment, "GITHUB_TOKEN"),
            workspaces=_workspaces(environment),
            application_insights=environment.get("APPLICATIONINSIGHTS_CONNECTION_STRING") or None,
            watcher_client_id=environment.get(f"{PREFIX}WATCHER_CLIENT_ID") or None,
            promoter_client_id=environment.get(f"{PREFIX}PROMOTER_CLIENT_ID") or None,
            summaries=SummarySettings.from_environment(environment),
            resource_manager=https_address(environment, "RESOURCE_MANAGER") or RESOURCE_MANAGER,
            log_analytics=https_address(environment, "LOG_ANALYTICS") or LOG_ANALYTICS,
            metrics=https_address(environment, "METRICS") or METRICS,
            workspace_blobs=https_address(environment, "WORKSPACE_BLOBS") or WORKSPACE_BLOBS,
            github=https_address(environment, "GITHUB_URL") or GITHUB,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where state lies, where the workspace and the policies are read, how often checks run.

    `azure` is None where the embedded adapters are used. `schedules` are those of the timers, None
    being the defaults: the timers read the same settings, and what the heartbeat expects of each
    check follows from them. `keeps_names` lets it be known who changed an endpoint, where the event
    says so. `channels` say how people are told, None being into files; `public_url` is where they
    find Driftgate's pages. `hooks` say what calls from outside have to show, None being nothing.
    `access` is how callers of the API are known, `capacity` what an instance has for counting.
    `runs_spark` says that a Spark job is run on this machine where there is no Azure.
    """

    home: Path = Path(".driftgate")
    workspace: Path = SAMPLES / "workspace"
    policies: Path = SAMPLES / "policies"
    azure: AzureSettings | None = None
    keeps_names: bool = True
    schedules: "Mapping[str, Schedule] | None" = None
    channels: "ChannelSettings | None" = None
    public_url: str | None = None
    hooks: "HookSettings | None" = None
    access: AccessSettings = field(default_factory=AccessSettings)
    capacity: Capacity = field(default_factory=Capacity)
    runs_spark: bool = False

    @property
    def on_samples(self) -> bool:
        """Whether the workspace is the one that comes with Driftgate, which is not written to."""
        return self.azure is None and self.workspace == SAMPLES / "workspace"

    @property
    def periods(self) -> Mapping[Check, timedelta]:
        """The longest time between two runs of each check that has a timer."""
        from shared.periods import longest_gap
        from shared.schedules import schedules

        fires = schedules({}) if self.schedules is None else self.schedules
        return {check: longest_gap(fires[check.name]) for check in Check if check.name in fires}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        `DRIFTGATE_ADAPTERS` is `embedded` (the default) or `azure`. `DRIFTGATE_HOME` is the folder
        of the embedded state; its folders `workspace` and `policies` are used when they exist,
        else the samples that come with Driftgate, unless `DRIFTGATE_WORKSPACE` and
        `DRIFTGATE_POLICIES` name others. `DRIFTGATE_CHANGED_BY` is `keep` (the default) or `drop`.
        Raises InvalidSetting for a value that cannot be used.
        """
        from shared.channel_settings import ChannelSettings, public_url
        from shared.hook_settings import HookSettings
        from shared.schedules import schedules

        home = Path(environment.get(f"{PREFIX}HOME") or ".driftgate")
        adapters = _one_of(environment, "ADAPTERS", "embedded", "azure")
        return cls(
            home=home,
            workspace=_folder(environment, "WORKSPACE", home / "workspace", SAMPLES / "workspace"),
            policies=_folder(environment, "POLICIES", home / "policies", SAMPLES / "policies"),
            azure=AzureSettings.from_environment(environment) if adapters == "azure" else None,
            schedules=schedules(environment),
            channels=ChannelSettings.from_environment(
                environment, real_by_default=adapters == "azure"
            ),
            public_url=public_url(environment),
            hooks=HookSettings.from_environment(environment, in_cloud=adapters == "azure"),
            access=AccessSettings.from_environment(environment, azure=adapters == "azure"),
            capacity=_capacity(environment),
            runs_spark=adapters == "embedded",
            keeps_names=_one_of(environment, "CHANGED_BY", "keep", "drop") == "keep",
        )


def _capacity(environment: Mapping[str, str]) -> Capacity:
    megabytes = environment.get(f"{PREFIX}INSTANCE_MB") or "2048"
    seconds = environment.get(f"{PREFIX}TIME_LIMIT_SECONDS") or "600"
    if not megabytes.isdecimal() or not 512 <= int(megabytes) <= 1 << 20:
        raise InvalidSetting(
            f"{PREFIX}INSTANCE_MB is {megabytes[:40]!r}; write the memory of an instance in MB, "
            "512 or more."
        )
    if not seconds.isdecimal() or not 30 <= int(seconds) <= 86_400:
        raise InvalidSetting(
            f"{PREFIX}TIME_LIMIT_SECONDS is {seconds[:40]!r}; write how many seconds a function "
            "may run, from 30 to 86400, as functionTimeout in host.json says."
        )
    return Capacity(memory=int(megabytes) << 20, seconds=float(seconds))


def _one_of(environment: Mapping[str, str], name: str, default: str, *others: str) -> str:
    value = environment.get(PREFIX + name) or default
    if value not in {default, *others}:
        words = "` or `".join((default, *others))
        raise InvalidSetting(f"{PREFIX}{name} is {value[:40]!r}; use `{words}`.")
    return value


def _folder(environment: Mapping[str, str], name: str, own: Path, sample: Path) -> Path:
    named = environment.get(PREFIX + name)
    if named:
        if not Path(named).is_dir():
            raise InvalidSetting(f"{PREFIX}{name} names {named}, which is not a folder; make it.")
        return Path(named)
    return own if own.is_dir() else sample


def _service_bus(environment: Mapping[str, str]) -> str:
    """The namespace, or the connection string of a broker on this machine, as the host names them.

    Whether it is one of this machine is asked where the connection is made.
    """
    local = environment.get("ServiceBus")
    return local or _needed(environment, "ServiceBus__fullyQualifiedNamespace")


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise InvalidSetting(f"{name} is not set; with {PREFIX}ADAPTERS=azure it has to be.")
    return value


def _address(environment: Mapping[str, str], name: str) -> str:
    _needed(environment, PREFIX + name)
    return https_address(environment, name) or ""


def _project(environment: Mapping[str, str]) -> str | None:
    address = https_address(environment, "DEVOPS_URL")
    if address is not None and len(urlsplit(address).path.strip("/").split("/")) != 2:
        raise InvalidSetting(
            f"{PREFIX}DEVOPS_URL is {address[:120]!r}; write the project's address, "
            "https://dev.azure.com/<organisation>/<project>."
        )
    return address


def _workspace(environment: Mapping[str, str]) -> str:
    name = f"{PREFIX}WORKSPACE_ID"
    return _workspace_id(_needed(environment, name), name)


def _workspace_id(value: str, name: str) -> str:
    parts = value.strip("/").lower().split("/")
    if (
        len(parts) != 8
        or parts[0::2][:3] != ["subscriptions", "resourcegroups", "providers"]
        or parts[5:7] != ["microsoft.machinelearningservices", "workspaces"]
    ):
        raise InvalidSetting(
            f"{name} is {value[:200]!r}; write /subscriptions/<id>/resourceGroups/<group>"
            "/providers/Microsoft.MachineLearningServices/workspaces/<name>."
        )
    return "/" + value.strip("/")


def _workspaces(environment: Mapping[str, str]) -> dict[str, str]:
    """Of `staging=/subscriptions/...;production=/subscriptions/...`."""
    setting = f"{PREFIX}WORKSPACES"
    named: dict[str, str] = {}
    for entry in (environment.get(setting) or "").split(";"):
        name, _, identity = (part.strip() for part in entry.partition("="))
        if not entry.strip():
            continue
        if not name or not identity or name in named:
            raise InvalidSetting(
                f"{setting} has {entry.strip()[:120]!r}; write name=/subscriptions/... once for "
                "each workspace, with a semicolon between two."
            )
        named[name] = _workspace_id(identity, f"{setting}, {name[:60]}")
    return named


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    """A value that the host reads out of the vault; a reference it could not read is refused."""
    value = environment.get(PREFIX + name) or None
    if value is not None and value.startswith("@Microsoft.KeyVault("):
        raise InvalidSetting(
            f"{PREFIX}{name} is still the reference to a vault; give the app's identity the role "
            "Key Vault Secrets User on it, and see that the secret exists."
        )
    if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
        raise InvalidSetting(f"{PREFIX}{name} is no token; it has other signs than a token has.")
    return value
