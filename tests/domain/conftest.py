"""What tests of routing look at."""

import pytest

from tests.domain.routing_world import blue_serves_and_green_is_new


@pytest.fixture
def two():
    """Blue serves, green is complete and new; both were looked at once."""
    return blue_serves_and_green_is_new()
