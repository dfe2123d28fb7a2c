"""The application's own log, for receivers that only write down."""

import logging
from collections.abc import Mapping
from typing import Any

from shared.adapters.channels.rendered import Render
from shared.domain.alert import Severity
from shared.domain.policy import ChannelKind
from shared.ports import Sending

_LOG = logging.getLogger("driftgate.notices")
_LEVELS = {Severity.CRITICAL: logging.ERROR, Severity.WARNING: logging.WARNING}


class Log:
    """One line a notice, at the level of its severity; what is over is told as information."""

    def __init__(self, render: Render) -> None:
        self._render = render

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Write it; no sign in it can begin a line of its own."""
        notice = sending.notice
        level = logging.INFO if notice.resolved else _LEVELS.get(notice.severity, logging.INFO)
        told = str(self._render(ChannelKind.LOG, sending).get("text", ""))
        lines = (one for line in told.splitlines() if (one := _plain(line)))
        _LOG.log(level, "%s: %s", sending.receiver.name, " | ".join(lines))
        return {}


def _plain(line: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())
