"""docs/reference/settings.md has every setting that is read, and none that is not."""

import json
import re
from pathlib import Path
from typing import Any

from shared.schedules import SCHEDULES
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/settings.md").read_text()
NAME = re.compile(r"\b(?:DRIFTGATE|AZUREML)_[A-Z_]*[A-Z]\b")
OF_A_COMMAND = {"DRIFTGATE_AUDIENCE", "DRIFTGATE_KEY", "DRIFTGATE_URL"}
"""Read by commands alone, not with the settings."""
FAMILY = "DRIFTGATE_SECRET_"
"""Settings of this beginning are named by whoever writes a receiver."""
ON_AZURE = {
    "DRIFTGATE_ADAPTERS": "azure",
    "DRIFTGATE_BLOB_ENDPOINT": "https://blobs.example",
    "DRIFTGATE_TABLE_ENDPOINT": "https://tables.example",
    "DRIFTGATE_LOG_ANALYTICS_ID": "logs",
    "DRIFTGATE_WORKSPACE_ID": (
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
    ),
    "ServiceBus__fullyQualifiedNamespace": "bus.example",
}


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(ON_AZURE)
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def read() -> set[str]:
    asked = Asked()
    Settings.from_environment(asked)
    return asked.names


def deployed() -> set[str]:
    parameters = (ROOT / "infra/main.parameters.json").read_text()
    assert json.loads(parameters)["parameters"]
    return set(NAME.findall(parameters))


def test_every_setting_that_is_read_is_on_the_page():
    missing = {name for name in read() if f"`{name}`" not in PAGE}
    assert missing == set()


def test_every_parameter_of_a_deployment_is_on_the_page():
    assert {name for name in deployed() if f"`{name}`" not in PAGE} == set()


def test_no_setting_is_on_the_page_that_nobody_reads():
    told = {name for name in NAME.findall(PAGE) if not f"{name}_".startswith(FAMILY)}
    assert told - read() - deployed() - OF_A_COMMAND == set()


def test_every_setting_that_the_code_names_is_on_the_page():
    named = set()
    for folder in ("shared", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            named |= {name for name in NAME.findall(path.read_text()) if name.startswith("DRIFT")}
    missing = {name for name in named if f"`{name}`" not in PAGE and not name.startswith(FAMILY)}
    assert missing - {FAMILY.rstrip("_")} == set()


def test_the_schedules_of_the_page_are_the_defaults():
    told = dict(re.findall(r"\| `DRIFTGATE_([A-Z]+)_SCHEDULE` \|[^|]*\| `([^`]+)` \|", PAGE))
    assert told == SCHEDULES
