"""Every port on Azure, each as the managed identity that may do what it does.

The watcher reads the workspace and keeps Driftgate's own state. The promoter writes tags, shares
versions, moves traffic, starts jobs and pipelines: what could do harm is a right of its own.
"""

from collections.abc import Callable

from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential

from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_cache import BlobCache
from shared.adapters.azure.blob_container import STORAGE, blob_service
from shared.adapters.azure.blob_dead_letters import BlobDeadEvents, BlobNotes
from shared.adapters.azure.blob_stores import (
    BlobAnchors,
    BlobEvidence,
    BlobProfiles,
    BlobReports,
    PolicyBlobs,
)
from shared.adapters.azure.clouds import cloud_of
from shared.adapters.azure.devops import AzureDevOps
from shared.adapters.azure.devops_checks import DevOpsChecks
from shared.adapters.azure.event_grid import EventGridSender
from shared.adapters.azure.gates import GatedTransport, Gates
from shared.adapters.azure.logged_rows import AzureLoggedRows
from shared.adapters.azure.machine_learning import AzureJobs, AzureModels, MachineLearning
from shared.adapters.azure.openai_summaries import OpenAISummaries
from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.resource_metrics import ResourceMetrics
from shared.adapters.azure.service_bus import ServiceBusSender, connect_to_local_broker
from shared.adapters.azure.service_bus import connect as connect_service_bus
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.adapters.azure.spark_jobs import SparkJobs
from shared.adapters.azure.table_ledger import TableLedger
from shared.adapters.azure.telemetry import OpenTelemetry, start_application_insights
from shared.adapters.azure.traffic import AzureTraffic
from shared.adapters.azure.workspace_connect import (
    ConnectedWorkspace,
    NamedOnce,
    connect_workspace,
    resources_of,
)
from shared.adapters.channels.connect import connect_channels
from shared.adapters.channels.email_azure import CommunicationMail
from shared.adapters.channels.rendered import rendered
from shared.adapters.channels.work_item import WorkItems
from shared.adapters.embedded.channels import FileChannels
from shared.adapters.github.workflows import GitHubWorkflows
from shared.adapters.routed_pipelines import RoutedPipelines
from shared.adapters.routed_sender import RoutedSender
from shared.channel_settings import ChannelSettings
from shared.domain.policy import ChannelKind
from shared.policies.kept import KeptPolicies
from shared.policies.store import PolicyStore
from shared.ports import Adapters, Channel, Clock, Pipelines, Sender, Summaries
from shared.settings import AzureSettings, Settings

FINDINGS = "findings"


def connect(settings: Settings, azure: AzureSettings, clock: Clock) -> Adapters:
    """Open nothing yet: each service is reached with the first call.

    Raises InvalidSetting or Refused for settings that cannot be used.
    """
    watcher = DefaultAzureCredential(managed_identity_client_id=azure.watcher_client_id)
    promoter = DefaultAzureCredential(managed_identity_client_id=azure.promoter_client_id)
    if azure.application_insights is not None:
        start_application_insights(azure.application_insights, watcher)
    gates = Gates()
    blobs = blob_service(azure.blob_endpoint, watcher, transport=GatedTransport(gates, **STORAGE))
    ledger = TableLedger(
        azure.table_endpoint, watcher, clock=clock, transport=GatedTransport(gates)
    )
    bus = (
        connect_to_local_broker(azure.service_bus)
        if azure.service_bus.startswith("Endpoint=")
        else connect_service_bus(azure.service_bus, watcher)
    )
    sender: Sender = ServiceBusSender(bus)
    connections = [watcher.close, promoter.close, blobs.close, ledger.close, bus.close]
    if azure.event_topic is not None:
        findings = EventGridSender(azure.event_topic, watcher, gates=gates)
        sender = RoutedSender({FINDINGS: findings}, sender)
        connections.append(findings.close)
    manager = ResourceManager(watcher, endpoint=azure.resource_manager, gates=gates)
    measured = ResourceMetrics(manager, watcher, endpoint=azure.metrics, gates=gates)
    cache = BlobCache(settings.home / "cache")
    writer = ResourceManager(promoter, endpoint=azure.resource_manager)
    connections += [manager.close, writer.close, measured.close]

    def connected(identity: str) -> ConnectedWorkspace:
        made = connect_workspace(
            identity,
            azure,
            manager=manager,
            measured=measured,
            credential=watcher,
            cache=cache,
            gates=gates,
        )
        connections.extend(made.closes)
        return made

    def writing(identity: str) -> MachineLearning:
        return MachineLearning(
            promoter, resources_of(identity, writer), **cloud_of(azure.resource_manager)
        )

    profiles = BlobProfiles(blobs)
    main, learning = connected(azure.workspace_id), writing(azure.workspace_id)
    logged_rows = AzureLoggedRows(
        azure.log_analytics_id,
        watcher,
        endpoint=azure.log_analytics,
        seconds=settings.capacity.most_seconds,
        gates=gates,
    )
    connections.append(logged_rows.close)
    pipelines = _pipelines(azure, promoter, connections)
    checks = None if azure.devops_url is None else DevOpsChecks(azure.devops_url)
    if checks is not None:
        connections.append(checks.close)
    channels = _channels(settings, azure, promoter, clock, connections)
    return Adapters(
        archive=BlobArchive(blobs),
        ledger=ledger,
        evidence=BlobEvidence(blobs),
        profiles=profiles,
        reports=BlobReports(blobs),
        anchors=BlobAnchors(blobs),
        policies=KeptPolicies(PolicyStore(PolicyBlobs(blobs)), profiles),
        workspace=main.workspace,
        workspaces=NamedOnce(azure.workspaces, lambda one: connected(one).workspace),
        models_of=NamedOnce(azure.workspaces, lambda one: AzureModels(writing(one))),
        models=AzureModels(learning),
        logged_rows=logged_rows,
        profiling_jobs=SparkJobs(learning, main.blobs, storage=_storage(azure)),
        traffic=AzureTraffic(learning.resources),
        traffic_of=NamedOnce(azure.workspaces, lambda one: AzureTraffic(resources_of(one, writer))),
        jobs=AzureJobs(learning),
        pipelines=pipelines,
        summaries=_summaries(azure, watcher, connections),
        environment_checks=checks,
        sender=sender,
        receiver=ServiceBusReceiver(bus),
        dead_letters=ServiceBusDeadLetters(bus),
        notes=BlobNotes(blobs),
        dead_events=BlobDeadEvents(blobs),
        telemetry=OpenTelemetry(),
        announces=azure.event_topic is not None,
        channels=channels,
        request_sources={
            "traffic log": main.logs.requests,
            "metrics": main.metrics.requests,
        },
        connections=connections,
    )


def _storage(azure: AzureSettings) -> str:
    """The end of a storage account's host, as this cloud has it."""
    return azure.workspace_blobs.partition(".blob.")[2] or "core.windows.net"


def _pipelines(
    azure: AzureSettings, promoter: TokenCredential, connections: list[Callable[[], None]]
) -> Pipelines | None:
    """Those of the platforms that are named; None where none is."""
    devops = None if azure.devops_url is None else AzureDevOps(azure.devops_url, promoter)
    token = azure.github_token
    github = None if token is None else GitHubWorkflows(token, endpoint=azure.github)
    connections += [one.close for one in (devops, github) if one is not None]
    return None if devops is None and github is None else RoutedPipelines(devops, github)


def _summaries(
    azure: AzureSettings, watcher: TokenCredential, connections: list[Callable[[], None]]
) -> Summaries | None:
    """None where no language model is named."""
    if azure.summaries is None:
        return None
    made = OpenAISummaries(azure.summaries, watcher)
    connections.append(made.close)
    return made


def _channels(
    settings: Settings,
    azure: AzureSettings,
    promoter: TokenCredential,
    clock: Clock,
    connections: list[Callable[[], None]],
) -> dict[ChannelKind, Channel]:
    """Mail and work items are written as the promoter: the watcher changes nothing outside."""
    told = settings.channels or ChannelSettings(real=True)
    if not told.real:
        return FileChannels(settings.home / "notices", rendered).by_kind()
    items = (
        None if azure.devops_url is None else WorkItems(azure.devops_url, promoter, rendered, clock)
    )
    mail = (
        None
        if told.mail_endpoint is None or told.mail_from is None
        else CommunicationMail(
            told.mail_endpoint, told.mail_from, told.mail_domains, promoter, rendered, clock
        )
    )
    connections += [one.close for one in (items, mail) if one is not None]
    return connect_channels(told, rendered, clock, work_items=items, mail=mail)
