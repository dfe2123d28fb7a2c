"""Which cloud azure-ai-ml has to be told of, by the address of its Azure Resource Manager."""

from typing import Any
from urllib.parse import urlsplit

_KNOWN = {
    "management.azure.com": "AzureCloud",
    "management.chinacloudapi.cn": "AzureChinaCloud",
    "management.usgovcloudapi.net": "AzureUSGovernment",
}


def cloud_of(resource_manager: str) -> dict[str, Any]:
    """The options `cloud` and `cloud_metadata` of the SDK for an `https` address.

    Another address than that of a cloud the SDK knows is taken for a way to the public one, so all
    but its Resource Manager stays there.

    >>> cloud_of("https://management.usgovcloudapi.net")
    {'cloud': 'AzureUSGovernment'}
    """
    host = urlsplit(resource_manager).netloc.casefold()
    if host in _KNOWN:
        return {"cloud": _KNOWN[host]}
    return {
        "cloud": f"Azure at {host}",
        "cloud_metadata": {
            "azure_portal": "https://portal.azure.com/",
            "resource_manager": f"{resource_manager.rstrip('/')}/",
            "active_directory": "https://login.microsoftonline.com/",
            "aml_resource_id": "https://ml.azure.com/",
            "storage_endpoint": "core.windows.net",
            "registry_discovery_endpoint": "https://eastus.api.azureml.ms/",
        },
    }
