"""Every port on Azure, each as the managed identity that may do what it does.

The watcher reads the workspace and keeps Driftgate's own state. The promoter writes tags, shares
versions, moves traffic, starts jobs and pipelines: what could do harm is a right of its own.
"""

from azure.identity import DefaultAzureCredential

from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_cache import BlobCache
from shared.adapters.azure.blob_container import blob_service
from shared.adapters.azure.blob_stores import BlobEvidence, BlobProfiles, BlobReports, PolicyBlobs
from shared.adapters.azure.devops import AzureDevOps
from shared.adapters.azure.event_grid import EventGridSender
from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.machine_learning import AzureJobs, AzureModels, MachineLearning
from shared.adapters.azure.metrics import EndpointMetrics
from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.resource_metrics import ResourceMetrics
from shared.adapters.azure.service_bus import ServiceBusSender, connect_to_local_broker
from shared.adapters.azure.service_bus import connect as connect_service_bus
from shared.adapters.azure.service_bus_receiver import ServiceBusDeadLetters, ServiceBusReceiver
from shared.adapters.azure.table_ledger import TableLedger
from shared.adapters.azure.telemetry import OpenTelemetry, start_application_insights
from shared.adapters.azure.traffic import AzureTraffic
from shared.adapters.azure.workspace import AzureWorkspace
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.adapters.routed_sender import RoutedSender
from shared.policies.store import PolicyStore
from shared.ports import Adapters, Clock, Sender
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
    blobs = blob_service(azure.blob_endpoint, watcher)
    ledger = TableLedger(azure.table_endpoint, watcher, clock=clock)
    bus = (
        connect_to_local_broker(azure.service_bus)
        if azure.service_bus.startswith("Endpoint=")
        else connect_service_bus(azure.service_bus, watcher)
    )
    sender: Sender = ServiceBusSender(bus)
    connections = [watcher.close, promoter.close, blobs.close, ledger.close, bus.close]
    if azure.event_topic is not None:
        findings = EventGridSender(azure.event_topic, watcher)
        sender = RoutedSender({FINDINGS: findings}, sender)
        connections.append(findings.close)
    manager = ResourceManager(watcher, endpoint=azure.resource_manager)
    resources = _resources(azure, manager)
    collected = WorkspaceBlobs(
        resources,
        watcher,
        BlobCache(settings.home / "cache"),
        address_of_account=lambda account: azure.workspace_blobs.replace("{account}", account),
    )
    logs = WorkspaceLogs(azure.log_analytics_id, watcher, endpoint=azure.log_analytics)
    metrics = EndpointMetrics(azure.workspace_id, resources.region, watcher, endpoint=azure.metrics)
    measured = ResourceMetrics(manager, watcher, endpoint=azure.metrics)
    writer = ResourceManager(promoter, endpoint=azure.resource_manager)
    learning = MachineLearning(promoter, _resources(azure, writer))
    connections += [manager.close, writer.close, collected.close, logs.close, metrics.close]
    connections.append(measured.close)
    pipelines = None if azure.devops_url is None else AzureDevOps(azure.devops_url, promoter)
    if pipelines is not None:
        connections.append(pipelines.close)
    return Adapters(
        archive=BlobArchive(blobs),
        ledger=ledger,
        evidence=BlobEvidence(blobs),
        profiles=BlobProfiles(blobs),
        reports=BlobReports(blobs),
        policies=PolicyStore(PolicyBlobs(blobs)),
        workspace=AzureWorkspace(resources, collected, logs, metrics, measured),
        models=AzureModels(learning),
        traffic=AzureTraffic(learning.resources),
        jobs=AzureJobs(learning),
        pipelines=pipelines,
        sender=sender,
        receiver=ServiceBusReceiver(bus),
        dead_letters=ServiceBusDeadLetters(bus),
        telemetry=OpenTelemetry(),
        announces=azure.event_topic is not None,
        request_sources={"traffic log": logs.requests, "metrics": metrics.requests},
        connections=connections,
    )


def _resources(azure: AzureSettings, manager: ResourceManager) -> WorkspaceResources:
    parts = azure.workspace_id.strip("/").split("/")
    return WorkspaceResources(
        manager, subscription=parts[1], resource_group=parts[3], workspace=parts[7]
    )
