"""What is written with azure-ai-ml goes to the cloud that is read."""

import pytest

from shared.adapters.azure.clouds import cloud_of

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::FutureWarning"
)


@pytest.mark.parametrize("name", ["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"])
def test_a_cloud_that_the_sdk_knows_is_told_by_its_name(name):
    from azure.ai.ml._azure_environments import _environments

    assert cloud_of(_environments[name]["resource_manager"].rstrip("/")) == {"cloud": name}


def test_another_address_is_a_way_to_the_public_cloud():
    from azure.ai.ml._azure_environments import _environments

    told = cloud_of("https://arm.contoso.internal:8443")

    public = {
        **_environments["AzureCloud"],
        "resource_manager": "https://arm.contoso.internal:8443/",
    }
    assert told["cloud_metadata"] == public
    assert told["cloud"] != cloud_of("https://arm.fabrikam.internal")["cloud"]
