"""A setting that cannot be used is named, with what to write instead."""

import pytest

from shared.settings import InvalidSetting, Settings

WORKSPACE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
)
AZURE = {
    "DRIFTGATE_ADAPTERS": "azure",
    "DRIFTGATE_BLOB_ENDPOINT": "https://data.blob.core.windows.net/",
    "DRIFTGATE_TABLE_ENDPOINT": "https://data.table.core.windows.net",
    "DRIFTGATE_WORKSPACE_ID": WORKSPACE,
    "DRIFTGATE_LOG_ANALYTICS_ID": "00000000-0000-0000-0000-000000000000",
    "ServiceBus__fullyQualifiedNamespace": "bus.servicebus.windows.net",
}


def azure(**changed):
    return Settings.from_environment({**AZURE, **changed}).azure


def test_nothing_set_is_the_embedded_default_with_the_samples():
    settings = Settings.from_environment({})

    assert settings.azure is None
    assert settings.policies.name == "policies"


def test_what_azure_needs_is_enough():
    settings = azure()

    assert settings.blob_endpoint == "https://data.blob.core.windows.net"
    assert settings.event_topic is None
    assert settings.devops_url is None
    assert settings.metrics == "https://{region}.metrics.monitor.azure.com"


@pytest.mark.parametrize(("word", "keeps"), [("", True), ("keep", True), ("drop", False)])
def test_whether_it_is_kept_by_name_who_changed_an_endpoint_is_a_setting(word, keeps):
    assert Settings.from_environment({"DRIFTGATE_CHANGED_BY": word}).keeps_names is keeps


def test_a_word_that_is_none_of_a_settings_is_refused_with_those_it_has():
    with pytest.raises(
        InvalidSetting, match=r"^DRIFTGATE_CHANGED_BY is 'no'; use `keep` or `drop`"
    ):
        Settings.from_environment({"DRIFTGATE_CHANGED_BY": "no"})


@pytest.mark.parametrize("name", sorted(set(AZURE) - {"DRIFTGATE_ADAPTERS"}))
def test_each_setting_azure_needs_is_asked_for_by_name(name):
    with pytest.raises(InvalidSetting, match=f"^{name} is not set"):
        azure(**{name: ""})


@pytest.mark.parametrize(
    "name",
    [
        "DRIFTGATE_BLOB_ENDPOINT",
        "DRIFTGATE_TABLE_ENDPOINT",
        "DRIFTGATE_EVENT_TOPIC",
        "DRIFTGATE_DEVOPS_URL",
        "DRIFTGATE_RESOURCE_MANAGER",
        "DRIFTGATE_LOG_ANALYTICS",
        "DRIFTGATE_METRICS",
        "DRIFTGATE_WORKSPACE_BLOBS",
    ],
)
@pytest.mark.parametrize("value", ["http://host/a/b", "host", "https://", "https://me@host/a/b"])
def test_an_address_that_is_not_https_or_carries_a_user_is_refused(name, value):
    with pytest.raises(InvalidSetting, match=f"^{name} is .* https address"):
        azure(**{name: value})


@pytest.mark.parametrize(
    "value",
    [
        "w",
        WORKSPACE + "/onlineEndpoints/e",
        WORKSPACE.replace("MachineLearningServices", "Storage"),
        WORKSPACE.replace("resourceGroups", "groups"),
    ],
)
def test_an_id_of_something_else_than_a_workspace_is_refused(value):
    with pytest.raises(InvalidSetting, match=r"^DRIFTGATE_WORKSPACE_ID .* write /subscriptions/"):
        azure(DRIFTGATE_WORKSPACE_ID=value)


@pytest.mark.parametrize("path", ["", "/organisation", "/organisation/project/_build"])
def test_the_address_of_azure_devops_names_the_project(path):
    with pytest.raises(InvalidSetting, match=r"^DRIFTGATE_DEVOPS_URL"):
        azure(DRIFTGATE_DEVOPS_URL=f"https://dev.azure.com{path}")

    project = azure(DRIFTGATE_DEVOPS_URL="https://dev.azure.com/organisation/project")
    assert project.devops_url == "https://dev.azure.com/organisation/project"


def test_a_broker_of_this_machine_takes_the_place_of_the_namespace():
    local = "Endpoint=sb://localhost;UseDevelopmentEmulator=true"

    assert azure(ServiceBus=local).service_bus == local


def test_other_adapters_than_the_two_are_refused():
    with pytest.raises(InvalidSetting, match="DRIFTGATE_ADAPTERS is 'aws'"):
        Settings.from_environment({"DRIFTGATE_ADAPTERS": "aws"})


@pytest.mark.parametrize("name", ["WORKSPACE", "POLICIES"])
def test_a_folder_that_is_not_there_is_refused(name, tmp_path):
    missing = str(tmp_path / "missing")

    with pytest.raises(InvalidSetting, match=f"^DRIFTGATE_{name} names .* not a folder"):
        Settings.from_environment({f"DRIFTGATE_{name}": missing})
