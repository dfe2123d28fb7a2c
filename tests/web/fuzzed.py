"""The API with a night behind it, and requests against it out of its own description."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.config import SchemathesisConfig

from shared.bootstrap import Application
from shared.domain.event import Event, EventType
from shared.domain.retraining import RetrainingWatch
from shared.domain.state import SubjectState
from shared.service.dead_letters.letters import find
from shared.web.described import openapi_of
from shared.web.http.limits import Buckets, Kind, Rate
from shared.web.operations import api
from tests.conftest import NOON, Scene
from tests.service.explained import Night
from tests.service.explained import commit as decide
from tests.service.promoted import commit, kept
from tests.service.test_dead_letters import note
from tests.web.platform import Platform, with_access

UNLIMITED = Buckets({kind: Rate(10**9, 1e9) for kind in Kind})
KNOWN = {
    "name": ["loan-endpoint", "model/loan-default", "alerts/loan-default"],
    "endpoint": ["loan-endpoint"],
    "model": ["loan-default", "churn", "pricing"],
    "version": ["8", "7", "4"],
    "thing": ["receiver/on-call", "model/loan-default", "alert"],
    "subject": ["endpoint/loan-endpoint"],
}
PRICING = """model: pricing
gates: {min_auc: 0.9, rollback: off, budget: off}
stages: [{name: production, approvals: {needed: 2, given: driftgate}}]
"""
_SIGNED_IN = {"Authorization": "Bearer administrator"}
_UNTRUE = [checks.positive_data_acceptance]
"""Left out: what fits its schema may still name nothing there is, or a time that is over."""


def told(scene: Scene) -> Scene:
    """A scene with an alert and who was told, a promotion, a stopped retraining, dead letters."""
    asking(scene)
    night = Night(scene).told()
    KNOWN["fingerprint"] = KNOWN["acknowledgement"] = [night.fingerprint]
    commit(kept(), scene.application)
    stopped = SubjectState(retraining=RetrainingWatch(stopped=NOON - timedelta(days=1)))
    decide(scene.application.ledger, "churn", subject="retraining/churn", state=stopped)
    judged = SubjectState(versions={"7": "fail"})
    decide(scene.application.ledger, "churn", subject="model/churn", state=judged)
    scene.application.adapters.notes.keep(note())
    scene.application.adapters.notes.keep(note(message_id="m-2", reason="MalformedPayload"))
    [last] = night.ledger.decisions("endpoint/loan-endpoint", limit=1)
    KNOWN["decision"] = [last["hash"]]
    KNOWN["key"] = [one.key for one in scene.application.archive.list(limit=1)]
    letters = find(scene.application.adapters).letters
    KNOWN["letter"] = [one.id for one in letters if one.reason == "NotFound"]
    return scene


def asking(scene: Scene) -> None:
    """A version of `pricing` that waits for two approvals given to Driftgate."""
    scene.write("policies/pricing.yaml", PRICING)
    scene.model("4", "metrics: {auc: 0.95}\n", name="pricing")
    event = Event(
        id="pricing-4",
        source="test",
        type=EventType.MODEL_REGISTERED,
        subject="model/pricing",
        time=NOON,
        data={"version": "4"},
    )
    scene.application.service.say(event, via="test")
    scene.drain()


def described(application: Application) -> Any:
    """The API as schemathesis reads it, behind a platform that signs people in."""
    app = api(with_access(application), UNLIMITED)
    schema = schemathesis.openapi.from_dict(openapi_of(app), config=SchemathesisConfig())
    schema.app = Platform(app)
    return schema


def operations(schema: Any) -> Iterator[Any]:
    """Every operation of the description."""
    for found in schema.get_all_operations():
        yield found.ok()


def send_many(operation: Any, examples: int, seeded: int = 0) -> int:
    """So many requests against an operation, half of them wrong on purpose; how many were sent.

    Raises schemathesis's failure for an answer that is none of those described.
    """
    sent = 0

    @seed(seeded)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(),
            operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
        ),
        known=st.booleans(),
        choice=st.randoms(use_true_random=False),
    )
    def send(case: Any, known: bool, choice: Any) -> None:
        nonlocal sent
        if known:
            for name in case.path_parameters or {}:
                if name in KNOWN:
                    case.path_parameters[name] = choice.choice(KNOWN[name])
        sent += 1
        case.call_and_validate(
            base_url="http://localhost", headers=_SIGNED_IN, excluded_checks=_UNTRUE
        )

    send()
    return sent
