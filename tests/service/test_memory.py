"""What a process holds does not grow with what comes in, but where it has a bound."""

import json
from datetime import timedelta

import pytest

from shared.web.operations import api
from tests.growing import grown, held
from tests.web.platform import ask

EACH = 40
"""Events, models, endpoints, callers and refusals in a round; a leak has one of one of them."""
POLICY = "model: {name}\nendpoint: {name}-endpoint\nrouting: {{grace: 30m}}\n"


def live(scene, server, completed, registered, first):
    """Rounds of everything that comes in, each with names that never came before."""
    app, clock = scene.application, scene.clock
    for number in range(first, first + EACH):
        model = f"model-{number}"
        scene.write(f"policies/{model}.yaml", POLICY.format(name=model))
        (scene.home / f"policies/model-{number - 5}.yaml").unlink(missing_ok=True)
        text = json.dumps(completed("blue", at=clock.now))
        payloads = (
            json.loads(text.replace("loan-endpoint", f"{model}-endpoint")),
            registered("1", model=model, at=clock.now),
            {"odd": number},
        )
        for payload in payloads:
            app.service.receive(json.dumps(payload).encode(), via="test")
        app.hooks.take({"X-Driftgate-Secret": model}, b"{}", via="azure-devops")
        ask(server, "GET", f"/api/v1/status/model/{model}", **{"x-functions-key": model})
        ask(server, "GET", f"/api/{model}", **{"x-functions-key": model})
        clock.advance(timedelta(minutes=1))
    app.service.heartbeat()
    app.service.sweep()
    scene.drain()
    scene.notices.clear()
    scene.requests.clear()


def test_nothing_of_an_application_grows_with_the_events_models_and_callers_it_has_seen(
    scene, completed, registered
):
    server = api(scene.application)
    root = {"application": scene.application, "server": server}
    live(scene, server, completed, registered, 0)
    before = held(root)
    live(scene, server, completed, registered, EACH)

    assert grown(before, held(root), EACH // 3) == {}


@pytest.mark.parametrize("kept", [[], {}])
def test_what_keeps_something_of_each_event_is_found(scene, completed, registered, kept):
    service = scene.application.service
    receive = service.receive

    def leaking(payload, *, via):
        kept.update({payload: 1}) if isinstance(kept, dict) else kept.append(payload)
        return receive(payload, via=via)

    service.receive = leaking
    server = api(scene.application)
    live(scene, server, completed, registered, 0)
    before = held(scene.application)
    live(scene, server, completed, registered, EACH)

    [(place, sizes)] = grown(before, held(scene.application), EACH // 3).items()
    assert place.endswith("service.receive()")
    assert sizes == (3 * EACH, 6 * EACH)
