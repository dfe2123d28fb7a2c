"""Who did it, from where, and what a search said stays outside: kept is what happened."""

from typing import Any

_PERSONAL = {"claims", "clientipaddress", "evidence"}
_OF_ALERTS = _PERSONAL | {"caller", "searchquery", "searchresults"}
_LINKS = "linkto"


def without_personal_data(envelope: Any) -> Any:
    """A copy without the `claims`, caller's address and role evidence of resource events.

    Of Azure Monitor's alerts the text and the results of log searches go as well, and the links
    that repeat them. Only parts of `data` are dropped; nothing else changes.
    """
    if not isinstance(envelope, dict) or not isinstance(envelope.get("data"), dict):
        return envelope
    data = envelope["data"]
    if "alertContext" in data:
        return {**envelope, "data": {**data, "alertContext": _told(data["alertContext"])}}
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


def _told(context: Any) -> Any:
    """A context without searches and people, at whatever depth they are."""
    if isinstance(context, list):
        return [_told(one) for one in context]
    if not isinstance(context, dict):
        return context
    return {
        name: _told(value)
        for name, value in context.items()
        if name.casefold() not in _OF_ALERTS and not name.casefold().startswith(_LINKS)
    }
