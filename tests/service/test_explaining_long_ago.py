"""What an old message names is still explained: the states forgot it, the decisions did not."""

from datetime import timedelta

import pytest

from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.service.explaining.names import MOST_EVENTS
from tests.service.explained import ENDPOINT, SCOPE, Night, commit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def long_ago(scene):
    """An alert that began, was told and ended, behind more decisions than are looked through."""
    night = Night(scene).told()
    night.fingerprint_then = night.fingerprint
    night.pass_time(minutes=5)
    night.give_traffic()
    for subject in (ENDPOINT, SCOPE, "receiver/on-call", "receiver/team"):
        commit(night.ledger, "note/x", subject=subject, state=SubjectState(), at=night.now)
    for number in range(MOST_EVENTS + 1):
        commit(night.ledger, "note/y", subject="model/other", at=night.now + number * MINUTE)
    return night


def test_an_alert_and_its_notices_are_explained_however_much_was_decided_since(long_ago):
    told = long_ago.explain(long_ago.fingerprint_then)
    reasons = [one.reason for one in told.moments]
    notice = next(one.thing for one in told.moments if one.reason == "delivered")

    assert told.now[0].startswith("It is over since 2026-02-03 12:05")
    assert {"raised", "routed", "told", "delivered"} <= set(reasons)
    assert long_ago.explain(notice).thing.name == notice.partition("/")[2]


def test_what_never_was_is_unknown_after_the_old_decisions_too(long_ago):
    with pytest.raises(NotFound, match="10000 decisions at most were looked through"):
        long_ago.explain("feedfacecafebeef")
