"""Who did it and from where stays outside: the archive keeps what happened."""

from typing import Any

_PERSONAL = {"claims", "clientipaddress", "evidence"}


def without_personal_data(envelope: Any) -> Any:
    """A copy without the `claims`, caller's address and role evidence of resource events.

    Only the parts of `data` that Azure documents as personal are dropped; nothing else changes.
    """
    if not isinstance(envelope, dict) or not isinstance(envelope.get("data"), dict):
        return envelope
    data = envelope["data"]
    if "operationName" not in data:
        return envelope
    kept = {name: value for name, value in data.items() if name.casefold() not in _PERSONAL}
    for part in ("authorization", "httpRequest"):
        if isinstance(kept.get(part), dict):
            kept[part] = {
                name: value
                for name, value in kept[part].items()
                if name.casefold() not in _PERSONAL
            }
        elif part in kept:
            del kept[part]
    return {**envelope, "data": kept}
