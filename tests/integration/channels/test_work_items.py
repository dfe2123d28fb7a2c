"""Work items over loopback: one a group, whatever is repeated, closed or deleted meanwhile."""

import pytest

from shared.adapters.channels.work_item import WorkItems
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import NoPermission, NotFound, Refused, Throttled, Unavailable
from tests.integration.channels.world import NOW, render
from tests.integration.channels.world import sending as any_sending
from tests.integration.loopback.devops import PROJECT, SIGN_IN, fault
from tests.integration.loopback.server import Answer
from tests.integration.loopback.work_items import ITEM, MADE, QUERY, serve_work_items

LATER = "2026-02-03T13:00:00Z"


def sending(reason=NoticeReason.FIRST, **changed):
    return any_sending(ChannelKind.WORK_ITEM, reason=reason, **changed)


def over(**changed):
    return sending(NoticeReason.ALL_RESOLVED, over=True, **changed)


@pytest.fixture
def board(loopback):
    return serve_work_items(loopback.router)


@pytest.fixture
def channel(loopback, board, credential):
    assert board.items == {}
    made = WorkItems(f"{loopback.url}{PROJECT}", credential, render, lambda: NOW, seconds=2.0)
    yield made
    made.close()


def test_a_group_is_an_item_of_the_receivers_type_and_area(channel, board):
    reference = channel.deliver(sending(type="Bug", area="scoring\\risk"))

    assert reference == {
        "id": 1,
        "address": "https://dev.azure.com/contoso/scoring/_workitems/edit/1",
    }
    assert board.items[1] == {
        "System.WorkItemType": "Bug",
        "System.State": "To Do",
        "System.Title": "Drift in income",
        "System.Description": "<p>Income has moved.</p>",
        "System.Tags": "loan-default; a b; driftgate-0123456789abcdef",
        "System.AreaPath": "scoring\\risk",
    }


def test_an_item_whose_answer_was_lost_is_found_again_by_its_tag(channel, board):
    channel.deliver(sending())

    assert channel.deliver(sending())["id"] == 1
    assert len(board.items) == 1


def test_news_are_a_comment_and_a_repeat_is_none(channel, board):
    reference = channel.deliver(sending())
    channel.deliver(sending(NoticeReason.WORSE, reference=reference))
    channel.deliver(sending(NoticeReason.REPEAT, reference=reference))

    assert board.comments == [(1, "<p>Income has moved.</p>")]


def test_an_item_is_closed_in_the_state_that_its_type_has_for_it(channel, board):
    reference = channel.deliver(sending())

    assert channel.deliver(over(reference=reference)) == reference
    assert board.items[1]["System.State"] == "Done"


def test_an_end_that_comes_twice_leaves_the_item_closed(channel, board):
    channel.deliver(sending())
    channel.deliver(over())
    channel.deliver(over())

    assert (board.items[1]["System.State"], len(board.items)) == ("Done", 1)


def test_the_end_of_what_has_no_item_makes_none(channel, board):
    assert channel.deliver(over()) == {}
    assert board.items == {}


def test_an_item_that_people_closed_is_told_and_stays_closed(channel, board):
    reference = channel.deliver(sending())
    board.items[1].update(
        {"System.State": "Removed", "Microsoft.VSTS.Common.StateChangeDate": LATER}
    )

    channel.deliver(sending(NoticeReason.WORSE, reference=reference))

    assert (board.items[1]["System.State"], len(board.items)) == ("Removed", 1)
    assert board.comments == [(1, "<p>Income has moved.</p>")]


@pytest.mark.parametrize(
    ("reason", "closed"),
    [(NoticeReason.FIRST, LATER), (NoticeReason.NEW_ALERTS, "2026-02-03T11:00:00Z")],
    ids=["it says so", "closed before"],
)
def test_a_group_that_begins_anew_is_a_new_item(channel, board, reason, closed):
    reference = channel.deliver(sending())
    board.now = closed
    channel.deliver(over(reference=reference))

    assert channel.deliver(sending(reason, reference=reference))["id"] == 2
    assert board.items[1]["System.State"] == "Done"


@pytest.mark.parametrize("tags", [None, "another"], ids=["deleted", "tag taken away"])
def test_an_item_that_is_gone_is_made_anew(channel, board, tags):
    reference = channel.deliver(sending())
    board.items[7] = {**board.items.pop(1), "System.Tags": tags or ""}
    reference = {**reference, "id": 7 if tags else 1}

    assert channel.deliver(sending(NoticeReason.REPEAT, reference=reference))["id"] == 2


def test_a_process_that_lets_nobody_close_it_gets_the_comment(channel, board, loopback, caplog):
    reference = channel.deliver(sending())
    loopback.router.fail_next("PATCH", ITEM, fault(400, "TF401320: Resolution is required."))

    channel.deliver(over(reference=reference))

    assert board.items[1]["System.State"] == "To Do"
    assert board.comments == [(1, "<p>Income has moved.</p>")]
    assert "Resolution is required" in caplog.text


def test_tags_that_people_added_stay(channel, board):
    reference = channel.deliver(sending())
    board.items[1]["System.Tags"] = "driftgate-0123456789abcdef; mine"

    channel.deliver(sending(NoticeReason.WORSE, reference=reference))

    assert board.items[1]["System.Tags"] == "driftgate-0123456789abcdef; mine; loan-default; a b"


def test_a_group_with_odd_signs_cannot_change_the_query(channel, board):
    channel.deliver(sending(group="x' OR [System.Id] > 0 --"))

    assert "'" not in board.items[1]["System.Tags"]


@pytest.mark.parametrize(
    ("method", "route", "answer", "error", "reason"),
    [
        ("POST", QUERY, SIGN_IN, NoPermission, "not_allowed"),
        ("POST", QUERY, fault(403, "TF401027: no."), NoPermission, "not_allowed"),
        ("POST", QUERY, fault(429, "Later.", Retry_After="30"), Throttled, "throttled"),
        ("POST", QUERY, fault(503, "Later.", Retry_After="30"), Throttled, "throttled"),
        ("POST", QUERY, fault(503, "Busy."), Unavailable, "unavailable"),
        ("POST", QUERY, Answer(hang_up=True), Unavailable, "unavailable"),
        ("POST", QUERY, Answer(body=b"<html>"), Unavailable, "unavailable"),
        ("POST", QUERY, Answer(body=[]), Unavailable, "unavailable"),
        ("POST", MADE, fault(404, "VS402323: no such type."), NotFound, "gone"),
        ("POST", MADE, fault(400, "TF401347: no such area."), Refused, "refused"),
    ],
    ids=lambda one: str(getattr(one, "status", one))[:30],
)
def test_a_platform_that_makes_no_item_says_why(
    channel, loopback, method, route, answer, error, reason
):
    loopback.router.fail_next(method, route, answer)

    with pytest.raises(error) as problem:
        channel.deliver(sending())

    assert type(problem.value) is error
    assert problem.value.reason == reason
    assert getattr(problem.value, "after", 30.0) == 30.0
