"""Channels on files: what would be sent is written down for whoever wants to look."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.adapters.channels.rendered import Render
from shared.domain.canonical import to_plain
from shared.domain.policy import ChannelKind
from shared.ports import Channel, Sending

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


class FileChannels:
    """`<folder>/<receiver>/<time>-<group>.json` and `.txt`, whatever the receiver's channel is.

    The time is that of the notice, so a repeat writes over its own files. Nothing is sent, and no
    secret is read.
    """

    def __init__(self, folder: Path, render: Render) -> None:
        self._folder = folder
        self._render = render

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Write the payload and the text; the reference names the files."""
        notice, receiver = sending.notice, sending.receiver
        folder = self._folder / _plain(receiver.name)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{notice.made:%Y%m%dT%H%M%S.%fZ}-{_plain(notice.group)}"
        written = {
            "receiver": receiver.name,
            "channel": receiver.channel.value,
            "order": sending.order,
            "notice": notice.id,
            "reason": notice.reason.value,
            "reference": to_plain(sending.reference),
            "payload": to_plain(self._render(receiver.channel, sending)),
        }
        text = str(self._render(ChannelKind.LOG, sending).get("text", ""))
        _write(folder / f"{name}.json", json.dumps(written, indent=2, ensure_ascii=False))
        _write(folder / f"{name}.txt", text)
        return {"file": f"{folder.name}/{name}"}

    def by_kind(self) -> dict[ChannelKind, Channel]:
        """The same one for every kind."""
        return dict.fromkeys(ChannelKind, self)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    draft.write_bytes(f"{text}\n".encode(errors="replace"))
    draft.replace(path)


def _plain(name: str) -> str:
    return _OTHER.sub("_", name)[:80] or "_"
