"""Roles are known by their number, said by name, and each has its reason."""

import re

from tests.infra.bicep import FILES, INFRA, without_comments

ROLES = {
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": "Azure Service Bus Data Sender",
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": "Azure Service Bus Data Receiver",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "43d0d8ad-25c7-4714-9337-8ba259a9fe05": "Monitoring Reader",
    "73c42c96-874c-492b-b04d-ab87d138a893": "Log Analytics Reader",
    "1823dd4f-9b8c-4ab6-ab4e-7397a3684615": "AzureML Registry User",
    "d5a91429-5739-47e2-a06b-3470a27159e7": "EventGrid Data Sender",
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd": "Cognitive Services OpenAI User",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
}
NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
WORKSPACE = (INFRA / "modules" / "workspace.bicep").read_text()


def test_every_role_is_known_and_says_its_name_and_why():
    for path in FILES:
        for line in path.read_text().splitlines():
            for number in NUMBER.findall(line):
                name, _, reason = line.partition("// ")[2].partition(": ")
                assert name == ROLES[number], line
                assert reason.endswith("."), line


def test_every_assignment_has_its_reason_in_the_line_above():
    for path in FILES:
        lines = path.read_text().splitlines()
        for index, line in enumerate(lines):
            if "Microsoft.Authorization/roleAssignments@" in line:
                assert lines[index - 1].startswith("// "), line
                assert lines[index - 1].endswith("."), line


def test_every_assignment_names_the_kind_of_its_principal():
    text = without_comments("".join(path.read_text() for path in FILES))

    assert text.count("roleAssignments@") == text.count("principalType: 'ServicePrincipal'")


def test_the_watcher_can_write_nothing_in_the_workspace():
    watching = re.findall(r"resource watcher\w+ '.*?\n}", WORKSPACE, re.DOTALL)
    [role] = re.findall(r"resource containerLogs '.*?\n}", WORKSPACE, re.DOTALL)

    assert watching
    for one in watching:
        assert "promotion.id" not in one
        assert "registryUser" not in one
    assert re.findall(r"'Microsoft\.MachineLearningServices/[^']+'", role) == [
        "'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/getLogs/action'"
    ]


def test_the_promoter_moves_traffic_and_makes_or_deletes_no_deployment():
    [role] = re.findall(r"resource promotion '.*?\n}", WORKSPACE, re.DOTALL)
    rights = re.findall(r"'Microsoft\.MachineLearningServices/workspaces/([^']+)'", role)

    assert "onlineEndpoints/write" in rights
    assert "*/read" in rights, "what is written is read before, and the deployments with it"
    assert not [right for right in rights if "deployments" in right or "delete" in right]


def test_summaries_are_asked_by_the_watcher_alone_and_only_where_a_resource_is_named():
    text = (INFRA / "modules" / "summaries.bicep").read_text()
    main = (INFRA / "main.bicep").read_text()

    assert text.count("roleAssignments@") == 1
    assert "promoter" not in text
    assert "module summaries 'modules/summaries.bicep' = if (!empty(openaiAccount)) {" in main


def test_where_chains_end_the_app_adds_and_reads_alone():
    access = (INFRA / "modules" / "access.bicep").read_text()
    [role] = re.findall(r"resource anchoring '.*?\n}", access, re.DOTALL)
    [written] = re.findall(r"var writtenContainers = (.+)", access)

    assert re.findall(r"containers/blobs/([^']+)'", role) == ["read", "add/action"]
    assert "'heads'" not in written
    assert access.count("scope: heads\n") == 1, "no other role reaches them"
