"""How callers of the API are known, by settings of ours and of the platform."""

import pytest

from shared.access_settings import Access, AccessSettings, needs_host_key
from shared.environment import InvalidSetting


def read(azure=True, **environment):
    return AccessSettings.from_environment(environment, azure=azure)


def test_entra_is_the_default_in_the_cloud_and_open_on_ones_own_machine():
    assert read().mode is Access.ENTRA
    assert read(azure=False).mode is Access.OPEN


def test_entra_is_refused_while_the_platform_does_not_say_that_it_authenticates():
    sentence = read().fault

    assert sentence is not None
    assert "turn on App Service Authentication, or set DRIFTGATE_ACCESS=key" in sentence
    assert read(WEBSITE_AUTH_ENABLED="False").fault == sentence
    assert read(WEBSITE_AUTH_ENABLED="True").fault is None


def test_open_is_refused_in_app_service():
    hosted = read(azure=False, WEBSITE_SITE_NAME="func-driftgate")

    assert hosted.fault is not None
    assert hosted.fault.startswith("DRIFTGATE_ACCESS is open, which is for one's own machine")
    assert read(DRIFTGATE_ACCESS="open").fault is None
    assert read(DRIFTGATE_ACCESS="key", WEBSITE_SITE_NAME="func-driftgate").fault is None


def test_another_word_is_refused_with_those_that_there_are():
    with pytest.raises(InvalidSetting, match="is 'none'; use `entra`, `key` or `open`"):
        read(DRIFTGATE_ACCESS="none")


@pytest.mark.parametrize(
    ("environment", "asks"),
    [
        ({}, True),
        ({"DRIFTGATE_ADAPTERS": "azure"}, False),
        ({"DRIFTGATE_ADAPTERS": "azure", "DRIFTGATE_ACCESS": "key"}, True),
        ({"DRIFTGATE_ACCESS": "entra"}, False),
        ({"DRIFTGATE_ADAPTERS": "azure", "DRIFTGATE_ACCESS": "misspelt"}, True),
    ],
)
def test_the_host_asks_for_its_key_unless_each_route_asks_for_a_role(environment, asks):
    assert needs_host_key(environment) is asks
