"""Every resource is one that Microsoft's types know; `bicep build` itself never ran here."""

import re

import pytest

from tests.infra.bicep import FILES, INFRA, problems

APP = (INFRA / "modules" / "app.bicep").read_text()
BUS = (INFRA / "modules" / "service_bus.bicep").read_text()
STORAGE = (INFRA / "modules" / "storage.bicep").read_text()
ALERTS = (INFRA / "modules" / "alerts.bicep").read_text()
SUBSCRIPTIONS = (INFRA / "subscriptions.bicep").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(INFRA)))
def test_every_resource_is_as_its_type_says(path):
    assert problems(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "right", "wrong", "said"),
    [
        (STORAGE, "allowSharedKeyAccess", "allowSharedKeyAcces", "there is no such property"),
        (STORAGE, "'TLS1_2'", "'TLS12'", "'TLS12' is none of"),
        (STORAGE, "storageAccounts@2025-06-01", "storageAccounts@2031-01-01", "is not known"),
        (STORAGE, "kind: 'StorageV2'", "", "kind: is missing"),
        (STORAGE, "isVersioningEnabled: true", "isVersioningEnabled: 'yes'", "be a boolean"),
        (BUS, "requiresSession: true", "requiresSessions: true", "there is no such property"),
        (BUS, "maxDeliveryCount: 10", "maxDeliveryCount: '10'", "has to be a integer"),
        (BUS, "filterType: 'SqlFilter'", "filterType: 'Sql'", "'Sql' is none of"),
        (APP, "instanceMemoryMB", "instanceMemoryMb", "there is no such property"),
        (APP, "name: 'appsettings'", "name: 'appsetting'", "'appsetting' is none of"),
        (APP, "serverFarmId: plan.id", "state: 'Running'", "is read-only"),
        (ALERTS, "'odata.type'", "'odata.typ'", "odata.type: None is none of"),
        (ALERTS, "scopes: [ busId ]", "scopes: { a: 'b' }", "has to be an array"),
        (SUBSCRIPTIONS, "'StorageBlob'", "'Blob'", "'Blob' is none of"),
        (SUBSCRIPTIONS, "includedEventTypes", "includedEventType", "there is no such property"),
        (SUBSCRIPTIONS, "'StringBeginsWith'", "'StringStarts'", "'StringStarts' is none of"),
    ],
)
def test_a_seeded_mistake_is_found(text, right, wrong, said):
    assert right in text

    found = problems(text.replace(right, wrong))

    assert any(said in one for one in found), found


def test_settings_that_flex_consumption_refuses_are_absent():
    for refused in (
        "FUNCTIONS_WORKER_RUNTIME",
        "FUNCTIONS_EXTENSION_VERSION",
        "WEBSITE_",
        "linuxFxVersion",
        "ftpsState",
        "alwaysOn",
    ):
        assert refused not in APP


def test_nothing_signs_in_with_a_key():
    everything = "".join(path.read_text() for path in FILES)

    assert STORAGE.count("allowSharedKeyAccess: false") == STORAGE.count("kind: 'StorageV2'") == 2
    assert not re.search(r"listKeys|listAccountSas|AccountKey=|SharedAccessKey", everything)
    for name in ("service_bus", "findings_topic"):
        assert "disableLocalAuth: true" in (INFRA / "modules" / f"{name}.bicep").read_text()
    assert "DisableLocalAuth: true" in (INFRA / "modules" / "monitoring.bicep").read_text()
