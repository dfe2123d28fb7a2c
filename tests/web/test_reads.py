"""What a list over a fleet asks of the ledger and of the policies does not grow with the fleet."""

from dataclasses import replace

import pytest

from shared.web.operations import api
from tests.conftest import NOON
from tests.web.platform import ask

LISTS = (
    "/console",
    "/console/alerts?show=all",
    "/console/promotions",
    "/console/said",
    "/console/said/intents",
    "/console/said/overrides",
    "/api/v1/status",
    "/api/v1/alerts",
    "/api/v1/models",
    "/api/v1/endpoints",
    "/api/v1/promotions",
    "/api/v1/approvals",
    "/api/v1/intents",
    "/api/v1/overrides",
    "/api/v1/acknowledgements",
    "/api/v1/reports",
)


class Counting:
    """Counts how often each method of a ledger is asked."""

    def __init__(self, ledger):
        self._ledger = ledger
        self.asked = {}

    def __getattr__(self, name):
        method = getattr(self._ledger, name)

        def counted(*args, **kwargs):
            self.asked[name] = self.asked.get(name, 0) + 1
            return method(*args, **kwargs)

        return counted


def firing(subject):
    """The state of a subject with an alert."""
    alert = {
        "kind": "drift",
        "severity": "warning",
        "subject": subject,
        "title": "it drifted",
        "text": "it drifted",
        "first_step": "look",
        "since": NOON.isoformat(),
        "labels": {},
    }
    record = {"alert": alert, "status": "firing", "posted": NOON.isoformat()}
    return {"alerts": {f"{subject} drift": record}}


def keep(scene, numbers):
    ledger = scene.application.ledger
    for number in numbers:
        policy = f"model: model-{number}\nendpoint: endpoint-{number}\n"
        scene.write(f"policies/model-{number}.yaml", policy)
        subject = f"model/model-{number}"
        promotion = {
            "version": "1",
            "stage": "production",
            "phase": "waiting",
            "begun": NOON.isoformat(),
            "since": NOON.isoformat(),
        }
        ledger.commit(
            subject=subject,
            version=0,
            event_key="e",
            now=NOON,
            decision={"event": {"type": "x"}, "verdict": "fail", "decided": NOON.isoformat()},
            state={**firing(subject), "promotions": [promotion]},
            messages=[],
        )


def questions(scene, path):
    """How often a ledger is asked for one answer, and how often the policies are looked at."""
    counting, looks = Counting(scene.application.ledger), []
    store = scene.application.policies._policies
    plainly = store._ask
    store._ask = lambda: looks.append(1) or plainly()
    adapters = replace(scene.application.adapters, ledger=counting)
    answer = ask(api(replace(scene.application, adapters=adapters)), "GET", path)
    store._ask = plainly
    assert answer.status_code == 200
    return counting.asked, len(looks)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_as_often_for_twelve_models_as_for_two_and_looks_at_the_policies_once(
    scene, path
):
    keep(scene, range(2))
    few, looks = questions(scene, path)

    keep(scene, range(2, 12))
    many, looks_then = questions(scene, path)

    assert many == few
    assert max(looks, looks_then) <= 1
