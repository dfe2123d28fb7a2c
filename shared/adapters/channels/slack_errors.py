"""What the errors of Slack's API mean for whoever sends."""

import re
from typing import NoReturn

from shared.errors import NoPermission, NotFound, Refused, Throttled, Unavailable

POST_ANEW = {
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "channel_not_found",
    "is_inactive",
}
"""Where the message cannot be changed any more, a new one can perhaps be posted."""

_PATIENCE = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_LATER = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "team_added_to_org",
    "request_timeout",
    "accesslimited",
}
_GONE = {"channel_not_found", "is_archived", "team_access_not_granted"}
_TOKEN = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "org_login_required",
    "ekm_access_denied",
}
_RIGHTS = {
    "missing_scope",
    "no_permission",
    "not_in_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "not_allowed_token_type",
    "access_denied",
}
_WORD = re.compile(r"[a-z_]{1,60}")


def refuse(error: str, after: float | None) -> NoReturn:
    """Raise what an error means; of what Slack said, only its word is repeated."""
    word = error if _WORD.fullmatch(error) else "another error"
    if error in _PATIENCE:
        raise Throttled(f"Slack asks to wait ({word}).", after)
    if error in _LATER:
        raise Unavailable(f"Slack cannot do it now ({word}).")
    if error in _GONE:
        raise NotFound(f"Slack has no such room for this bot ({word}); see the receiver's `room`.")
    if error in _TOKEN:
        raise NoPermission(f"Slack does not take the bot token ({word}); renew it.")
    if error in _RIGHTS:
        raise NoPermission(
            f"The bot may not post there ({word}); give it chat:write and invite it to the room."
        )
    raise Refused(f"Slack refused the message ({word}).")
