"""What the code names exists in the Bicep, and what the Bicep makes is named by the code."""

import json
import re

from shared.domain.event import Check
from shared.service.messages import CHECKS, UNDELIVERED
from shared.settings import AzureSettings, Settings
from tests.infra.bicep import INFRA, ROOT, app_settings, config, parsed, resources

FUNCTIONS = "".join(path.read_text() for path in (ROOT / "functions").glob("*.py"))
AZURE = "".join(path.read_text() for path in (ROOT / "shared/adapters/azure").glob("*.py"))
SUBSCRIPTIONS = (INFRA / "subscriptions.bicep").read_text()
SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
OTHER_CLOUDS = {
    "DRIFTGATE_RESOURCE_MANAGER",
    "DRIFTGATE_LOG_ANALYTICS",
    "DRIFTGATE_METRICS",
    "DRIFTGATE_WORKSPACE_BLOBS",
    "DRIFTGATE_GITHUB_URL",
}
ONLY_EMBEDDED = {"DRIFTGATE_HOME", "DRIFTGATE_WORKSPACE", "DRIFTGATE_POLICIES"}
OF_THE_PLATFORM = {"WEBSITE_AUTH_ENABLED", "WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID"}
OF_THE_HOST = re.compile(r"AzureWebJobsStorage__|ServiceBus__|APPLICATIONINSIGHTS_|PYTHON_|OTEL_")


def tree(name):
    return parsed((INFRA / "modules" / f"{name}.bicep").read_text())


def named(module, kind):
    """The names of the resources of a type that are written out, not those out of parameters."""
    return {
        config(block)["name"]
        for block in tree(module)["resources"].values()
        if block["type"] == kind and not block["existing"] and "loop_type" not in block["config"]
    }


class Asked(dict):
    """An environment that remembers what it was asked for."""

    def __init__(self, values):
        super().__init__(values)
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)


def asked_settings():
    environment = Asked(
        {
            "DRIFTGATE_ADAPTERS": "azure",
            "DRIFTGATE_BLOB_ENDPOINT": "https://a.blob.core.windows.net",
            "DRIFTGATE_TABLE_ENDPOINT": "https://a.table.core.windows.net",
            "ServiceBus__fullyQualifiedNamespace": "a.servicebus.windows.net",
            "DRIFTGATE_WORKSPACE_ID": "/subscriptions/s/resourceGroups/g/providers"
            "/Microsoft.MachineLearningServices/workspaces/w",
            "DRIFTGATE_LOG_ANALYTICS_ID": "c",
        }
    )
    Settings.from_environment(environment)
    AzureSettings.from_environment(environment)
    return environment.names


def test_queues_topics_and_subscriptions_are_those_of_the_triggers():
    bus = "Microsoft.ServiceBus/namespaces"

    consumed = set(re.findall(r'queue_name="([^"]+)"', FUNCTIONS))

    assert named("service_bus", f"{bus}/queues") == consumed | {UNDELIVERED}
    assert named("service_bus", f"{bus}/topics") == set(
        re.findall(r'topic_name="([^"]+)"', FUNCTIONS)
    )
    assert named("service_bus", f"{bus}/topics/subscriptions") == set(
        re.findall(r'subscription_name="([^"]+)"', FUNCTIONS)
    )


def test_containers_are_those_of_the_adapters_and_one_for_packages_and_dead_letters():
    in_code = set(re.findall(r'BlobContainer\(\w+, "([a-z]+)"\)', AZURE))
    in_code |= set(re.findall(r'^CONTAINER = "([a-z]+)"', AZURE, re.MULTILINE))
    made = named("storage", "Microsoft.Storage/storageAccounts/blobServices/containers")
    dead = set(re.findall(r"blobContainerName: '(\w+)'", SUBSCRIPTIONS))

    assert made == in_code | dead | {"packages"}
    assert "${packagesName}" in (INFRA / "modules" / "app.bicep").read_text()


def test_containers_that_are_written_are_those_the_identity_may_write():
    written = set(tree("access")["variables"]["writtenContainers"]["value"])

    assert written == {"events", "evidence", "profiles", "reports", "deadletters"}


def test_alerts_ask_for_metrics_and_functions_that_the_code_has():
    """Three heartbeats may be missed before somebody outside is told."""
    alerts = (INFRA / "modules" / "alerts.bicep").read_text()
    service = (ROOT / "shared" / "service" / "service.py").read_text()
    gauges = set(re.findall(r'gauge\(\s*"([\w.]+)"', service))
    pulse = Settings().periods[Check.HEARTBEAT]

    assert set(re.findall(r'Name == "driftgate\.([\w.]+)"', alerts)) == gauges
    assert set(re.findall(r'OperationName == "(\w+)"', alerts)) <= set(
        re.findall(r'function_name\("(\w+)"\)', FUNCTIONS)
    )
    assert f"heartbeat.age\" and Max > {3 * pulse.total_seconds():.0f}'" in alerts


def test_somebody_is_told_of_notices_that_nobody_could_be_told():
    [untold] = [
        alert["properties"]["criteria"]["allOf"][0]
        for alert in resources(tree("alerts"), "Microsoft.Insights/metricAlerts")
        if alert["name"] == "driftgate-untold"
    ]

    assert untold["metricName"] == "ActiveMessages"
    assert untold["dimensions"][0]["values"] == [UNDELIVERED]


def test_somebody_is_told_when_events_wait_in_hundreds():
    [behind] = [
        alert["properties"]["criteria"]["allOf"][0]
        for alert in resources(tree("alerts"), "Microsoft.Insights/metricAlerts")
        if alert["name"] == "driftgate-behind"
    ]

    assert (behind["metricName"], behind["timeAggregation"]) == ("ActiveMessages", "Minimum")
    assert behind["dimensions"][0]["values"] == [CHECKS]


def test_the_table_is_that_of_the_ledger():
    made = named("storage", "Microsoft.Storage/storageAccounts/tableServices/tables")

    assert made == set(re.findall(r'^TABLE = "(\w+)"', AZURE, re.MULTILINE))


def test_every_setting_the_code_asks_for_is_set_and_every_one_set_is_asked_for():
    own = {name for name in app_settings() if not OF_THE_HOST.match(name)}
    schedules = set(re.findall(r"%(\w+)%", FUNCTIONS))

    asked = {name for name in asked_settings() | schedules if not OF_THE_HOST.match(name)}

    assert own == asked - OTHER_CLOUDS - ONLY_EMBEDDED - OF_THE_PLATFORM - {"ServiceBus"}


def test_a_receivers_secret_is_a_reference_to_the_vault():
    names, values = (
        tree("app")["variables"]["channelSecrets"]["value"]["function"]["parameters"][argument]
        for argument in ("arg_2", "arg_3")
    )

    assert names["detail"]["expression"] == "DRIFTGATE_SECRET_${secret.key}"
    assert values["detail"]["expression"] == "@Microsoft.KeyVault(SecretUri=${secret.value})"


def test_the_host_reaches_storage_service_bus_and_insights_without_keys():
    settings = app_settings()

    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"
    assert settings["ServiceBus__credential"] == "managedidentity"
    assert settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"].endswith("Authorization=AAD")
    assert set(re.findall(r'connection="(\w+)"', FUNCTIONS)) == {"ServiceBus"}


def test_every_schedule_is_set_as_in_the_sample_settings():
    settings = app_settings()
    for name in re.findall(r"%(\w+)%", FUNCTIONS):
        assert settings[name] == SAMPLE[name]


def test_every_event_grid_function_has_its_subscription():
    triggers = re.findall(r'function_name\("(\w+)"\)\n@blueprint\.event_grid_trigger', FUNCTIONS)

    assert triggers
    assert sorted(re.findall(r"/functions/(\w+)", SUBSCRIPTIONS)) == sorted(triggers)


def test_an_event_that_is_not_delivered_is_kept_with_the_identity_of_its_topic():
    [*subscriptions] = resources(
        parsed(SUBSCRIPTIONS), "Microsoft.EventGrid/systemTopics/eventSubscriptions"
    )

    assert len(subscriptions) == 2
    for one in subscriptions:
        dead = one["properties"]["deadLetterWithResourceIdentity"]
        assert dead["identity"] == {"type": "SystemAssigned"}
    assert tree("system_topics")["resources"]["workspaceTopic"]["config"]["identity"] == {
        "type": "SystemAssigned"
    }
