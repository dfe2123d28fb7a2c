"""Secrets as the settings of the channels have them."""

import pytest

from shared.adapters.channels.secrets import Secrets
from tests.integration.channels.world import SECRETS


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(SECRETS)
