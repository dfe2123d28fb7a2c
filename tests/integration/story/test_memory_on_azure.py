"""What a process on Azure's adapters and their SDKs holds does not grow with what comes in."""

import json

import pytest

from tests.growing import grown, held

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
EACH = 16


def live(story, registered, completed, first):
    """As many models and endpoints that never came before, each decided with what it asks for."""
    for number in range(first, first + EACH):
        payload = json.dumps(registered("1", model=f"model-{number}", at=story.clock.now))
        story.application.service.receive(payload.encode(), via="event-grid")
        written = json.dumps(completed("blue", at=story.clock.now))
        written = written.replace("loan-endpoint", f"endpoint-{number}")
        story.application.service.receive(written.encode(), via="event-grid")
    story.drain()
    story.seen.clear()
    story.notices.clear()
    story.requests.clear()


def test_nothing_of_an_application_on_azure_grows_with_what_it_has_seen(
    story, registered, completed
):
    live(story, registered, completed, 0)
    before = held(story.application)
    live(story, registered, completed, EACH)

    assert grown(before, held(story.application), EACH // 3) == {}
    assert story.last(f"model/model-{2 * EACH - 1}")["event"]["id"] == f"model-{2 * EACH - 1}-1"
