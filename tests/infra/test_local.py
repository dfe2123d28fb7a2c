"""What runs on one's own machine is what runs in the cloud, as far as an emulator can be."""

import json
import re
from datetime import timedelta

import yaml

from tests.infra.bicep import INFRA, ROOT, app_settings, parsed, resources
from tests.integration.service_bus.test_entities import duration

BUS = parsed((INFRA / "modules" / "service_bus.bicep").read_text())
KIND = "Microsoft.ServiceBus/namespaces"
[NAMESPACE] = json.loads((INFRA / "local" / "Config.json").read_text())["UserConfig"]["Namespaces"]
COMPOSE = yaml.safe_load((INFRA / "local" / "compose.yaml").read_text())
SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
HOST = json.loads((ROOT / "host.json").read_text())
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
LONGEST_WINDOW = timedelta(minutes=5)
ONLY_LOCAL = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "ServiceBus", "DRIFTGATE_HOME"}


def made(kind):
    """Properties of the written-out entities of a type, by name."""
    return {
        one["name"]: one["properties"]
        for one in resources(BUS, f"{KIND}/{kind}")
        if isinstance(one["name"], str)
    }


def compared(local, properties):
    for name in ("RequiresSession", "RequiresDuplicateDetection"):
        assert local.get(name, False) == properties.get(name[0].lower() + name[1:], False), name
    for name in ("LockDuration", "MaxDeliveryCount", "DeadLetteringOnMessageExpiration"):
        assert local.get(name) == properties.get(name[0].lower() + name[1:]), name
    if properties.get("requiresDuplicateDetection"):
        window = duration(properties["duplicateDetectionHistoryTimeWindow"])
        assert duration(local["DuplicateDetectionHistoryTimeWindow"]) == min(window, LONGEST_WINDOW)


def test_the_emulator_has_the_queues_of_the_cloud():
    queues = made("queues")

    assert {queue["Name"] for queue in NAMESPACE["Queues"]} == set(queues)
    for queue in NAMESPACE["Queues"]:
        compared(queue["Properties"], queues[queue["Name"]])


def test_the_emulator_has_the_topic_of_the_cloud_with_its_subscriptions_and_filters():
    [topic] = NAMESPACE["Topics"]
    subscriptions = made("topics/subscriptions")
    filters = {
        BUS["resources"][one["parent"]]["config"]["name"]: one["properties"]["sqlFilter"]
        for one in resources(BUS, f"{KIND}/topics/subscriptions/rules")
        if isinstance(one["parent"], str)
    }

    assert made("topics").keys() == {topic["Name"]}
    compared(topic["Properties"], made("topics")[topic["Name"]])
    assert {one["Name"] for one in topic["Subscriptions"]} == set(subscriptions)
    for one in topic["Subscriptions"]:
        compared(one["Properties"], subscriptions[one["Name"]])
        [rule] = one["Rules"]
        expression = rule["Properties"]["SqlFilter"]["SqlExpression"]
        assert expression == filters[one["Name"]]["sqlExpression"].replace("\\'", "'")


def test_the_compose_file_opens_no_port_to_others_and_holds_no_password():
    for name, service in COMPOSE["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        password = service.get("environment", {}).get("MSSQL_SA_PASSWORD", "${")
        assert password.startswith("${")
    assert "./Config.json:" in COMPOSE["services"]["service-bus"]["volumes"][0]


def test_the_sample_settings_are_settings_of_the_app_and_hold_no_key():
    assert set(SAMPLE) - ONLY_LOCAL <= set(app_settings())
    assert SAMPLE["ServiceBus"].endswith("UseDevelopmentEmulator=true;")
    assert "SharedAccessKey=SAS_KEY_VALUE;" in SAMPLE["ServiceBus"]
    assert "local.settings.json" in (ROOT / ".gitignore").read_text().split()


def test_every_value_of_the_host_is_explained():
    def leaves(value, path=()):
        for name, one in value.items():
            if isinstance(one, dict):
                yield from leaves(one, (*path, name))
            else:
                yield name

    for name in set(leaves(HOST)) - {"version", "id"}:
        assert f"`{name}`" in DEPLOY, name


def test_a_lock_is_renewed_as_long_as_a_function_may_run():
    bus = HOST["extensions"]["serviceBus"]

    assert bus["maxAutoLockRenewalDuration"] == HOST["functionTimeout"]
    assert bus["prefetchCount"] == 0
    assert bus["maxConcurrentCallsPerSession"] == 1
    assert int(SAMPLE["PYTHON_THREADPOOL_THREAD_COUNT"]) >= bus["maxConcurrentSessions"]
    assert re.fullmatch(r"\[4\.\*, 5\.0\.0\)", HOST["extensionBundle"]["version"])


def test_the_pages_say_what_never_ran():
    assert "never ran" in DEPLOY
    for name in ("bicep build", "azd up", "docker compose"):
        assert f"`{name}`" in DEPLOY, name
