"""An incident that somebody has in hand notifies nobody: what is new then rings all the same."""

import pytest

from shared.adapters.channels.pagerduty import PagerDuty
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import Unavailable
from tests.integration.channels.world import render, sending
from tests.integration.loopback.server import Answer

ENQUEUE = "/v2/enqueue"
KEY = "0123456789abcdef"
OPEN, TAKEN = {"dedup_key": KEY}, {"dedup_key": KEY, "acknowledged": True}
RANG = {"dedup_key": f"{KEY}.2"}
RINGING = (
    NoticeReason.NEW_ALERTS,
    NoticeReason.WORSE,
    NoticeReason.SILENCE_ENDED,
    NoticeReason.ACKNOWLEDGEMENT_ENDED,
)


class Incidents:
    """The incidents of PagerDuty by key, as its events make them, and how often somebody rang."""

    def __init__(self):
        self.open, self.rang = {}, 0

    def take(self, request):
        event = request.json()
        key = event["dedup_key"]
        match event["event_action"]:
            case "trigger" if key not in self.open:
                self.open[key] = "triggered"
                self.rang += 1
            case "acknowledge" if key in self.open:
                self.open[key] = "acknowledged"
            case "resolve":
                self.open.pop(key, None)
        return Answer(status=202, body={"status": "success"})


@pytest.fixture
def incidents(service):
    found = Incidents()
    service.add("POST", ENQUEUE, found.take)
    return found


@pytest.fixture
def pagerduty(network, secrets):
    channel = PagerDuty(network.out(), secrets, render)

    def tell(reason=NoticeReason.FIRST, reference=None, **given):
        return channel.deliver(
            sending(ChannelKind.PAGERDUTY, reason=reason, reference=reference, **given)
        )

    return tell


@pytest.mark.parametrize("reason", RINGING)
def test_what_is_new_in_an_incident_that_is_acknowledged_rings(pagerduty, incidents, reason):
    first = pagerduty()
    taken = pagerduty(NoticeReason.ACKNOWLEDGED, first, owner="anna")
    assert (first, taken, incidents.open) == (OPEN, TAKEN, {KEY: "acknowledged"})

    rang = pagerduty(reason, taken)

    assert (rang, incidents.rang) == (RANG, 2)
    assert incidents.open == {f"{KEY}.2": "triggered"}
    assert pagerduty(NoticeReason.REPEAT, rang) == RANG
    pagerduty(NoticeReason.ALL_RESOLVED, rang, over=True)
    assert (incidents.open, incidents.rang) == ({}, 2)


@pytest.mark.usefixtures("incidents")
def test_acknowledged_again_and_new_again_is_the_next_incident(pagerduty):
    pagerduty()
    taken = pagerduty(NoticeReason.ACKNOWLEDGED, RANG, owner="anna")
    assert taken == {**RANG, "acknowledged": True}

    assert pagerduty(NoticeReason.WORSE, taken, owner="anna") == {"dedup_key": f"{KEY}.3"}


@pytest.mark.parametrize("reason", [NoticeReason.CALM, NoticeReason.REPEAT])
def test_what_is_not_new_leaves_it_with_who_has_it(pagerduty, incidents, reason):
    taken = pagerduty(NoticeReason.ACKNOWLEDGED, owner="anna")

    assert pagerduty(reason, taken, owner="anna") == TAKEN
    assert (incidents.open, incidents.rang) == ({KEY: "acknowledged"}, 1)


def test_what_was_taken_on_before_anybody_was_told_is_an_incident_with_an_owner(
    pagerduty, incidents
):
    assert pagerduty(NoticeReason.ACKNOWLEDGED, owner="anna") == TAKEN
    assert incidents.open == {KEY: "acknowledged"}


@pytest.mark.parametrize("then", [NoticeReason.WORSE, NoticeReason.REPEAT])
def test_a_try_that_failed_half_way_is_made_again_without_a_second_ring(
    pagerduty, incidents, service, then
):
    pagerduty(NoticeReason.ACKNOWLEDGED, owner="anna")
    half = iter([incidents.take, lambda _: Answer(status=500)])

    def fail_second(request):
        return next(half, incidents.take)(request)

    service.add("POST", ENQUEUE, fail_second)
    with pytest.raises(Unavailable):
        pagerduty(NoticeReason.WORSE, TAKEN)
    assert incidents.open == {KEY: "acknowledged", f"{KEY}.2": "triggered"}

    assert pagerduty(then, TAKEN) == RANG
    assert (incidents.open, incidents.rang) == ({f"{KEY}.2": "triggered"}, 2)


def test_the_end_after_a_try_that_failed_half_way_closes_both(pagerduty, incidents):
    incidents.open = {KEY: "acknowledged", f"{KEY}.2": "triggered"}

    pagerduty(NoticeReason.ALL_RESOLVED, TAKEN, over=True)

    assert incidents.open == {}
