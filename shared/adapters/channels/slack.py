"""Slack: an incoming webhook, or a bot that changes what it posted."""

import json
from collections.abc import Mapping
from typing import Any

from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.slack_errors import POST_ANEW, refuse
from shared.adapters.channels.way_out import WayOut
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import NotAllowed, Unavailable
from shared.ports import Sending

API = "https://slack.com/api"
_BOT = "xoxb-"
_BEGINS = {NoticeReason.FIRST, NoticeReason.DIGEST}
_RINGS = {
    NoticeReason.NEW_ALERTS,
    NoticeReason.WORSE,
    NoticeReason.REPEAT,
    NoticeReason.SILENCE_ENDED,
    NoticeReason.ACKNOWLEDGEMENT_ENDED,
}


class Slack:
    """A webhook posts and cannot change what it posted; a bot token (`xoxb-`) with a room can.

    A changed message tells nobody that it changed. So where people have to look again, a line is
    put below it that the room sees too; the message itself always shows the group as it is now.
    """

    def __init__(self, out: WayOut, secrets: Secrets, render: Render, *, api: str = API) -> None:
        self._out = out
        self._secrets = secrets
        self._render = render
        self._api = api

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Post or change it; the reference is the message. Raises as `WayOut.post` does."""
        secret = self._secrets.of(sending.receiver, "Slack's webhook or bot token")
        body = self._render(ChannelKind.SLACK, sending)
        if not secret.startswith(_BOT):
            self._post_to_webhook(secret, sending, body)
            return {}
        room = sending.receiver.room
        if room is None:
            raise NotAllowed(
                f"The receiver {sending.receiver.name} has a bot token and no room; write the id "
                "of the Slack channel under `room`."
            )
        return self._by_bot(secret, room, sending, body)

    def _post_to_webhook(self, address: str, sending: Sending, body: Mapping[str, Any]) -> None:
        what = f"the webhook of {sending.receiver.name}"
        answer = self._out.post_json(address, what, body, {})
        if answer.body.strip().lower() != b"ok":
            raise Unavailable("Slack's webhook did not answer ok.")

    def _by_bot(
        self, token: str, room: str, sending: Sending, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        before = sending.reference
        where, posted = before.get("channel"), before.get("ts")
        begins = sending.notice.reason in _BEGINS
        if begins or before.get("room") != room or not (where and posted):
            return self._post(token, room, body)
        changed = self._call(token, "chat.update", {**body, "channel": where, "ts": posted})
        if changed.get("error") in POST_ANEW:
            return self._post(token, room, body)
        self._see_that_it_worked(changed)
        if sending.notice.reason in _RINGS:
            line = {"text": body.get("text", ""), "thread_ts": posted, "reply_broadcast": True}
            self._see_that_it_worked(
                self._call(token, "chat.postMessage", {**line, "channel": where})
            )
        return {"room": room, "channel": where, "ts": posted}

    def _post(self, token: str, room: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        content = {"unfurl_links": False, **body, "channel": room}
        answer = self._call(token, "chat.postMessage", content)
        self._see_that_it_worked(answer)
        return {"room": room, "channel": answer.get("channel"), "ts": answer.get("ts")}

    def _call(self, token: str, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Slack's answer, also where it says that something is wrong; that comes with 200."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._out.post_json(f"{self._api}/{method}", "Slack's API", body, headers)
        try:
            content = json.loads(answer.body)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Unavailable("Slack's answer is no JSON object.")
        if content.get("error") == "ratelimited":
            refuse("ratelimited", self._out.after(answer))
        return content

    def _see_that_it_worked(self, answer: Mapping[str, Any]) -> None:
        if answer.get("ok") is not True:
            refuse(str(answer.get("error") or "nothing"), None)
