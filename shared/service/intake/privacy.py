"""What is personal stays outside, and what a search said: kept is what happened, and by whom."""

from typing import Any

from shared.domain.event import EXTENSION_PREFIX
from shared.service.intake.people import who_by_claims

_PERSONAL = {"claims", "clientipaddress", "evidence"}
_OF_ALERTS = _PERSONAL | {"caller", "searchquery", "searchresults"}
_LINKS = "linkto"
_RESOURCES = "microsoft.resources."


def without_personal_data(envelope: Any, *, names: bool = True) -> Any:
    """A copy without the `claims`, caller's address and role evidence of resource events.

    Of Azure Monitor's alerts the text and the results of log searches go as well, and the links
    that repeat them. Only parts of `data` are dropped; nothing else changes.
    With `names`, a write that somebody may be asked about keeps one name as `by`, which is never
    taken as it came; without, an event of ours that has one loses it.
    """
    if not isinstance(envelope, dict) or not isinstance(envelope.get("data"), dict):
        return envelope
    data = envelope["data"]
    if "alertContext" in data:
        data = {**data, "alertContext": _told(data["alertContext"])}
        envelope = {**envelope, "data": data}
    kind = str(envelope.get("eventType") or envelope.get("type")).casefold()
    if kind.startswith(EXTENSION_PREFIX) and not names:
        return {**envelope, "data": {name: data[name] for name in data if name != "by"}}
    if "operationName" not in data and not kind.startswith(_RESOURCES):
        return envelope
    dropped = _PERSONAL | {"by"}
    kept = {name: value for name, value in data.items() if name.casefold() not in dropped}
    for part in ("authorization", "httpRequest"):
        if isinstance(kept.get(part), dict):
            kept[part] = {
                name: value
                for name, value in kept[part].items()
                if name.casefold() not in _PERSONAL
            }
        elif part in kept:
            del kept[part]
    if names and _asked_about(kind, str(kept.get("resourceUri") or envelope.get("subject"))):
        claims = next((v for name, v in data.items() if name.casefold() == "claims"), None)
        who = who_by_claims(claims)
        if who is not None:
            kept["by"] = who
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


def _asked_about(kind: str, resource: str) -> bool:
    """Traffic that was changed, and a deployment that was refused; not each deployment made."""
    if not kind.startswith(f"{_RESOURCES}resourcewrite"):
        return False
    below = resource.casefold().partition("/onlineendpoints/")[2]
    return bool(below) and ("/deployments/" not in below or not kind.endswith("success"))
