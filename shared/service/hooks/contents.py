"""What a hook's request may look like: JSON, as it is, of a size that an event has."""

from collections.abc import Mapping

from shared.service.hooks.answers import HookAnswer, refused
from shared.service.intake import MOST_BYTES


def refused_contents(headers: Mapping[str, str], size: int) -> HookAnswer | None:
    """The refusal of contents that no sender of ours has, None for those that may be read."""
    encoding = (headers.get("Content-Encoding") or "identity").strip().casefold()
    if encoding != "identity":
        return refused(
            415, "encoding", "The body is compressed; send it as it is, without Content-Encoding."
        )
    kind = (headers.get("Content-Type") or "").partition(";")[0].strip().casefold()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        return refused(415, "type", "The body is no JSON; send Content-Type application/json.")
    declared = (headers.get("Content-Length") or "").strip()
    length = (
        int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0
    )
    if max(length, size) > MOST_BYTES:
        return refused(
            413, "size", f"The body is over the limit of {MOST_BYTES} bytes; send fewer events."
        )
    return None
