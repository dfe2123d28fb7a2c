"""What lets a version through cannot be said from outside."""

import json

import pytest

from shared.domain.canonical import canonical_json
from shared.domain.event import Event
from shared.service.intake import parse
from shared.service.intake.own import OURS_ALONE
from tests.conftest import NOON


@pytest.mark.parametrize("kind", sorted(OURS_ALONE))
def test_an_event_that_lets_a_version_through_is_refused_from_outside_and_kept(kind):
    event = Event(id="1", source="driftgate/promotion", type=kind, subject="model/loan", time=NOON)
    payload = canonical_json(event.to_cloud_event())

    [parsed] = parse(payload)

    assert parsed.event is None
    assert "made by Driftgate alone" in parsed.refusal
    assert json.loads(parsed.body)["id"] == "1"
    assert parse(payload, ours=True)[0].event == event
