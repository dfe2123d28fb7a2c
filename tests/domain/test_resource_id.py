"""The id of a resource says its type, nested types included, or is refused."""

import pytest

from shared.domain.resource_id import read_resource_id

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-(ml)_1.x"
ENDPOINT = (
    f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/ws/onlineEndpoints/ep"
    "/deployments/blue"
)


def test_a_nested_resource_has_the_type_of_all_its_parts_and_its_own_name():
    read = read_resource_id(ENDPOINT)

    assert read.type == ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments")
    assert read.root_type == "Microsoft.MachineLearningServices/workspaces"
    assert (read.names, read.name) == (("ws", "ep", "blue"), "blue")
    assert (read.subscription[-1], read.group) == ("1", "rg-(ml)_1.x")


def test_upper_and_lower_case_and_a_last_slash_make_no_difference():
    read = read_resource_id(ENDPOINT.replace("resourceGroups", "resourcegroups") + "/")

    assert read.name == "blue"
    assert not read.text.endswith("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chat",
        GROUP,
        f"{GROUP}/providers/Microsoft.X/accounts",
        f"{GROUP}/providers/accounts/chat",
        f"{GROUP}/providers/Microsoft.X/accounts/chat/providers/Microsoft.Y",
        f"{GROUP}/providers/Microsoft.X/accounts/chat'or",
        f"{GROUP}/providers/Microsoft.X/accounts/../chat/x",
        f"{GROUP}/providers/Microsoft.X/accounts/chat\n",
        GROUP.replace("00000001", "1") + "/providers/Microsoft.X/accounts/chat",
        f"https://evil.example{GROUP}/providers/Microsoft.X/accounts/chat",
    ],
)
def test_what_is_no_id_is_refused_with_its_form(text):
    with pytest.raises(ValueError, match="is no resource id; give /subscriptions/<id>/resource"):
        read_resource_id(text)
