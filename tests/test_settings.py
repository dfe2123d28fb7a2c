"""A setting that cannot be used is named, with what to write instead."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.environment import InvalidSetting
from shared.periods import longest_gap
from shared.schedules import Schedule
from shared.settings import Settings
from shared.summary_settings import SummarySettings

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
    assert settings.github_token is None
    assert settings.github == "https://api.github.com"
    assert settings.workspaces == {}
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


def test_a_check_may_rest_as_long_as_the_schedule_of_its_timer_lets_it():
    """Both are one setting, so that they cannot differ."""
    settings = Settings.from_environment({"DRIFTGATE_DRIFT_SCHEDULE": "0 0 6 * * MON-FRI"})

    assert settings.periods[Check.DRIFT] == timedelta(days=3)
    assert settings.periods[Check.ROUTING] == timedelta(minutes=10)
    assert Settings().periods == Settings.from_environment({}).periods


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        ("0 5 * * * *", timedelta(hours=1)),
        ("0 2-59/15 * * * *", timedelta(minutes=15)),
        ("30 * * * * *", timedelta(minutes=1)),
        ("0 0 6,18 * * *", timedelta(hours=12)),
        ("0 0 8-17 * * 1-5", timedelta(days=2, hours=15)),
        ("0 0 0 1 * *", timedelta(days=31)),
        ("0 0 0 1 jan *", timedelta(days=366)),
        ("0 0 0 29 feb *", timedelta(days=1830)),
        ("15,45 0 0 * * *", timedelta(hours=23, minutes=59, seconds=30)),
    ],
)
def test_the_longest_time_between_two_firings(schedule, gap):
    assert longest_gap(Schedule.parse(schedule)) == gap


def test_a_schedule_that_cannot_be_read_is_refused_by_name():
    with pytest.raises(InvalidSetting, match=r"^DRIFTGATE_KPI_SCHEDULE: "):
        Settings.from_environment({"DRIFTGATE_KPI_SCHEDULE": "0 60 * * * *"})


def test_the_token_for_github_is_never_shown():
    token = "github_pat_abc"  # noqa: S105  made up
    settings = azure(DRIFTGATE_GITHUB_TOKEN=token)

    assert settings.github_token == token
    assert token not in repr(settings)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)", "Key Vault Secrets"),
        ("two words", "is no token"),
        ("line\nbreak", "is no token"),
    ],
)
def test_a_token_that_cannot_be_one_is_refused_unshown(value, sentence):
    with pytest.raises(InvalidSetting, match=f"^DRIFTGATE_GITHUB_TOKEN.*{sentence}") as refusal:
        azure(DRIFTGATE_GITHUB_TOKEN=value)

    assert value not in str(refusal.value)


def test_workspaces_of_other_stages_are_named_one_after_the_other():
    settings = azure(DRIFTGATE_WORKSPACES=f"staging={WORKSPACE}; production = {WORKSPACE}2 ;")

    assert settings.workspaces == {"staging": WORKSPACE, "production": f"{WORKSPACE}2"}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("staging", "has 'staging'; write name=/subscriptions/"),
        ("=/subscriptions/s", "write name=/subscriptions/"),
        (f"a={WORKSPACE};a={WORKSPACE}", "once for each workspace"),
        ("a=ml-staging", "DRIFTGATE_WORKSPACES, a is 'ml-staging'"),
    ],
)
def test_a_workspace_that_cannot_be_named_is_refused(value, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        azure(DRIFTGATE_WORKSPACES=value)


def test_a_language_model_is_asked_only_where_one_is_named():
    named = azure(
        DRIFTGATE_OPENAI_ENDPOINT="https://ai.example/", DRIFTGATE_OPENAI_DEPLOYMENT="m-1"
    )

    assert azure().summaries is None
    assert named.summaries == SummarySettings(
        endpoint="https://ai.example", deployment="m-1", api_version="2024-10-21"
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ENDPOINT": "https://ai.example"}, "OPENAI_ENDPOINT is set and DRIFTGATE_OPENAI_DEPLOY"),
        ({"DEPLOYMENT": "m"}, "OPENAI_DEPLOYMENT is set and DRIFTGATE_OPENAI_ENDPOINT is not"),
        ({"ENDPOINT": "http://ai.example", "DEPLOYMENT": "m"}, "has to be an https address"),
        ({"ENDPOINT": "https://ai.example", "DEPLOYMENT": "../x"}, "write a deployment's name"),
        (
            {"ENDPOINT": "https://ai.example", "DEPLOYMENT": "m", "API_VERSION": "latest"},
            "write it as 2024-10-21",
        ),
    ],
)
def test_a_language_model_that_is_half_named_is_refused(settings, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        azure(**{f"DRIFTGATE_OPENAI_{name}": value for name, value in settings.items()})
