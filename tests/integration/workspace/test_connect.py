"""What settings name is what is connected: platforms, and the workspaces of other stages."""

import pytest

from shared.adapters.channels.email_azure import CommunicationMail
from shared.adapters.channels.not_set_up import NotSetUp
from shared.adapters.channels.work_item import WorkItems
from shared.adapters.embedded.channels import FileChannels
from shared.adapters.routed_pipelines import RoutedPipelines
from shared.bootstrap import build
from shared.domain.policy import ChannelKind
from shared.errors import NotFound, Refused
from shared.settings import Settings
from tests.integration.loopback.github import REPOSITORY, TOKEN, serve_github
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import refusal

STAGING = WORKSPACE.rpartition("/")[0] + "/ml-staging"


@pytest.fixture
def connect(loopback, tmp_path):
    opened = []

    def made(**settings):
        environment = {
            "DRIFTGATE_ADAPTERS": "azure",
            "DRIFTGATE_HOME": str(tmp_path),
            "DRIFTGATE_BLOB_ENDPOINT": loopback.url,
            "DRIFTGATE_TABLE_ENDPOINT": loopback.url,
            "ServiceBus__fullyQualifiedNamespace": "localhost",
            "DRIFTGATE_WORKSPACE_ID": WORKSPACE,
            "DRIFTGATE_LOG_ANALYTICS_ID": "22222222-2222-4222-8222-222222222222",
            "DRIFTGATE_RESOURCE_MANAGER": loopback.url,
            **settings,
        }
        application = build(Settings.from_environment(environment))
        opened.append(application.adapters)
        return application.adapters

    yield made
    for adapters in opened:
        adapters.close()


def test_a_stages_workspace_is_read_below_its_own_resource_id(connect, loopback):
    missing = f"{STAGING}/models/loan-default/versions/8"
    loopback.router.add("GET", missing, lambda _: refusal(404, "NotFound", "No."))
    adapters = connect(DRIFTGATE_WORKSPACES=f"staging={STAGING}")

    with pytest.raises(NotFound):
        adapters.workspaces["staging"].model("loan-default", "8")

    assert [r.path for r in loopback.router.requests("GET", missing)] == [missing]
    assert list(adapters.models_of) == ["staging"]
    assert adapters.models_of["staging"] is adapters.models_of["staging"]


def test_without_a_platform_there_are_no_pipelines_and_no_checks(connect):
    adapters = connect()

    assert (adapters.pipelines, adapters.environment_checks) == (None, None)
    assert len(adapters.workspaces) == 0


def test_a_token_for_github_is_enough_to_read_its_runs(connect, loopback):
    serve_github(loopback.router)
    adapters = connect(DRIFTGATE_GITHUB_TOKEN=TOKEN, DRIFTGATE_GITHUB_URL=loopback.url)

    with pytest.raises(NotFound, match="GitHub has no"):
        adapters.pipelines.run(f"{REPOSITORY}/promote.yml", 1)
    with pytest.raises(Refused, match="DRIFTGATE_DEVOPS_URL"):
        adapters.pipelines.run("12", 1)
    assert adapters.environment_checks is None


def test_a_project_of_azure_devops_has_pipelines_and_checks(connect):
    adapters = connect(DRIFTGATE_DEVOPS_URL="https://dev.azure.com/contoso/scoring")

    assert isinstance(adapters.pipelines, RoutedPipelines)
    assert adapters.environment_checks is not None


def test_mail_and_work_items_go_over_azure_where_it_is_named(connect, loopback):
    bare = connect().channels
    named = connect(
        DRIFTGATE_DEVOPS_URL="https://dev.azure.com/contoso/scoring",
        DRIFTGATE_MAIL_ENDPOINT=loopback.url,
        DRIFTGATE_MAIL_FROM="driftgate@example.com",
        DRIFTGATE_MAIL_DOMAINS="example.com",
    ).channels
    files = connect(DRIFTGATE_CHANNELS="files").channels

    assert bare.keys() == named.keys() == files.keys() == set(ChannelKind)
    assert isinstance(named[ChannelKind.EMAIL], CommunicationMail)
    assert isinstance(named[ChannelKind.WORK_ITEM], WorkItems)
    assert {type(bare[kind]) for kind in (ChannelKind.EMAIL, ChannelKind.WORK_ITEM)} == {NotSetUp}
    assert {type(one) for one in files.values()} == {FileChannels}
