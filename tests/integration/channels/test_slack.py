"""Slack over loopback: a webhook that posts, and a bot that changes what it posted."""

import pytest

from shared.adapters.channels.slack import Slack
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import (
    NoPermission,
    NotAllowed,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
)
from tests.integration.channels.world import SECRETS, render
from tests.integration.channels.world import sending as any_sending
from tests.integration.loopback.server import Answer

WEBHOOK = "/services/T0SECRET/B0SECRET/slackslackslackslack"
POST = "/api/chat.postMessage"
UPDATE = "/api/chat.update"
BEFORE = {"room": "C1", "channel": "C1", "ts": "100.1"}


def sending(reason=NoticeReason.FIRST, **changed):
    return any_sending(ChannelKind.SLACK, reason=reason, **changed)


def by_bot(reason=NoticeReason.FIRST, **changed):
    return sending(reason, **{"secret": "bot", "room": "C1", **changed})


@pytest.fixture
def slack(network, secrets):
    return Slack(network.out(), secrets, render)


@pytest.fixture
def api(service):
    """Slack's own answers: a message's name goes up with each that is posted."""

    def post(request):
        posted = len(service.requests("POST", POST))
        return Answer(body={"ok": True, "channel": request.json()["channel"], "ts": f"{posted}.0"})

    def update(request):
        body = request.json()
        return Answer(body={"ok": True, "channel": body["channel"], "ts": body["ts"]})

    service.add("POST", POST, post)
    service.add("POST", UPDATE, update)
    return service


def test_a_webhook_is_given_the_blocks_and_leaves_no_reference(slack, service):
    service.add("POST", WEBHOOK, lambda _: Answer(body=b"ok"))

    assert slack.deliver(sending()) == {}
    assert service.log[0].json() == {"text": "Drift in income", "blocks": []}
    assert service.log[0].headers["host"] == "hooks.slack.com"


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (Answer(body=b"not ok"), Unavailable, "did not answer ok"),
        (Answer(status=400, body=b"invalid_blocks"), Refused, "400 (invalid_blocks)"),
        (Answer(status=403, body=b"action_prohibited"), NoPermission, "(action_prohibited)"),
        (Answer(status=404, body=b"no_service"), NotFound, "(no_service)"),
        (Answer(status=410, body=b"channel_is_archived"), NotFound, "(channel_is_archived)"),
        (Answer(status=500, body=b"rollup_error"), Unavailable, "500 (rollup_error)"),
    ],
    ids=lambda one: one.body.decode() if isinstance(one, Answer) else "",
)
def test_a_webhook_that_does_not_post_says_why(slack, service, answer, error, sentence):
    service.add("POST", WEBHOOK, lambda _: answer)

    with pytest.raises(error) as problem:
        slack.deliver(sending())

    assert sentence in str(problem.value)


def test_a_bot_posts_into_its_room_with_its_token(slack, api):
    reference = slack.deliver(by_bot())

    [request] = api.log
    assert reference == {"room": "C1", "channel": "C1", "ts": "1.0"}
    assert request.headers["authorization"] == f"Bearer {SECRETS['BOT']}"
    assert request.json()["channel"] == "C1"


@pytest.mark.parametrize(
    "reason",
    [NoticeReason.SOME_RESOLVED, NoticeReason.ALL_RESOLVED, NoticeReason.ACKNOWLEDGED],
)
def test_what_rings_nobody_changes_the_message_in_place(slack, api, reason):
    assert slack.deliver(by_bot(reason, reference=BEFORE)) == BEFORE

    [request] = api.log
    assert request.path == UPDATE
    assert (request.json()["channel"], request.json()["ts"]) == ("C1", "100.1")


@pytest.mark.parametrize(
    "reason", [NoticeReason.NEW_ALERTS, NoticeReason.WORSE, NoticeReason.REPEAT]
)
def test_where_people_have_to_look_again_the_room_is_told_below_the_message(slack, api, reason):
    assert slack.deliver(by_bot(reason, reference=BEFORE)) == BEFORE

    change, line = api.log
    assert (change.path, line.path) == (UPDATE, POST)
    assert line.json() == {
        "text": "Drift in income",
        "thread_ts": "100.1",
        "reply_broadcast": True,
        "channel": "C1",
    }


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        (NoticeReason.FIRST, {}),
        (NoticeReason.DIGEST, {}),
        (NoticeReason.SOME_RESOLVED, {"room": "C2"}),
        (NoticeReason.SOME_RESOLVED, {"reference": {"room": "C1"}}),
    ],
    ids=["begins", "digest", "moved", "half a reference"],
)
def test_a_group_that_begins_or_moves_is_a_message_of_its_own(slack, api, reason, changed):
    slack.deliver(by_bot(reason, **{"reference": BEFORE, **changed}))

    assert [request.path for request in api.log] == [POST]


@pytest.mark.parametrize(
    "error", ["message_not_found", "cant_update_message", "edit_window_closed"]
)
def test_a_message_that_cannot_be_changed_is_posted_anew(slack, api, error):
    api.fail_next("POST", UPDATE, Answer(body={"ok": False, "error": error}))

    reference = slack.deliver(by_bot(NoticeReason.WORSE, reference=BEFORE))

    assert reference == {"room": "C1", "channel": "C1", "ts": "1.0"}
    assert [request.path for request in api.log] == [UPDATE, POST]


@pytest.mark.parametrize(
    ("word", "error", "reason"),
    [
        ("invalid_auth", NoPermission, "not_allowed"),
        ("token_revoked", NoPermission, "not_allowed"),
        ("missing_scope", NoPermission, "not_allowed"),
        ("not_in_channel", NoPermission, "not_allowed"),
        ("channel_not_found", NotFound, "gone"),
        ("is_archived", NotFound, "gone"),
        ("internal_error", Unavailable, "unavailable"),
        ("ratelimited", Throttled, "throttled"),
        ("invalid_blocks", Refused, "refused"),
    ],
)
def test_each_of_slacks_errors_is_told_as_what_it_means(slack, api, word, error, reason):
    api.fail_next("POST", POST, Answer(body={"ok": False, "error": word}))

    with pytest.raises(error, match=word) as problem:
        slack.deliver(by_bot())

    assert type(problem.value) is error
    assert problem.value.reason == reason


@pytest.mark.parametrize(
    "status_and_body", [(429, b""), (200, b'{"ok": false, "error": "ratelimited"}')]
)
def test_slacks_pace_is_kept(slack, api, status_and_body):
    status, body = status_and_body
    api.fail_next("POST", POST, Answer(status=status, body=body, headers={"Retry-After": "30"}))

    with pytest.raises(Throttled) as problem:
        slack.deliver(by_bot())

    assert problem.value.after == 30.0


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff"])
def test_an_answer_of_the_api_that_is_none_may_come_another_time(slack, api, body):
    api.fail_next("POST", POST, Answer(body=body))

    with pytest.raises(Unavailable, match="no JSON object"):
        slack.deliver(by_bot())


@pytest.mark.parametrize("body", [{"ok": False, "error": SECRETS["BOT"]}, {"ok": "true"}, {}])
def test_an_error_that_is_no_word_is_not_repeated(slack, api, body):
    api.fail_next("POST", POST, Answer(body=body))

    with pytest.raises(Refused, match=r"^Slack refused the message \((another error|nothing)\)"):
        slack.deliver(by_bot())


def test_a_bot_without_a_room_is_told_what_is_missing(slack, service):
    with pytest.raises(NotAllowed, match="has a bot token and no room"):
        slack.deliver(by_bot(room=None))

    assert service.log == []
