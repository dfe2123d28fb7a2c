"""What counts tries in the code counts as the broker does."""

import re

from shared.service.dead_letters.poison import MOST_TRIES
from shared.service.dead_letters.secrecy import SECRET
from shared.service.environment_checks import ENVIRONMENT_CHECKS
from tests.infra.bicep import INFRA


def test_the_last_try_is_the_brokers_last_of_every_queue_and_subscription():
    text = (INFRA / "modules" / "service_bus.bicep").read_text()

    assert set(re.findall(r"maxDeliveryCount: (\d+)", text)) == {str(MOST_TRIES)}


def test_the_queue_whose_messages_hold_a_token_is_known_as_one():
    assert frozenset({ENVIRONMENT_CHECKS}) == SECRET
