"""An alert as a person reads it, from the message on the topic."""

from collections.abc import Mapping
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.wording import one_line, spell_list, spell_time
from shared.service.messages.reading import ours

_FEATURES = 10


def notice_text(body: Mapping[str, Any]) -> str:
    """What began or what is over, since when, what it means, and the first thing to do.

    `body` is the CloudEvent of a PostAlert or ResolveAlert message. Raises MalformedPayload for
    any other.
    """
    with ours("alert"):
        return _notice_text(body)


def request_text(body: Mapping[str, Any]) -> str:
    """What is asked of the world, in one sentence. Raises MalformedPayload where nothing is."""
    with ours("request"):
        return _request_text(body)


def _notice_text(body: Mapping[str, Any]) -> str:
    data = body["data"]
    alert = data["alert"]
    since = spell_time(parse_time(alert["since"]))
    at = spell_time(parse_time(body["time"]))
    if data["action"] == "ResolveAlert":
        return (
            f"RESOLVED {alert['title']}\n"
            f"  over since {at}: {data['reason']}\n"
            f"  it began {since}; alert {alert['fingerprint']}"
        )
    text = "\n".join(f"  {line}" for line in alert["text"].splitlines())
    return (
        f"{alert['severity'].upper()} {alert['title']}\n"
        f"{text}\n"
        f"  since {since}; alert {alert['fingerprint']}\n"
        f"  first: {alert['first_step']}"
    )


def _request_text(body: Mapping[str, Any]) -> str:
    data = body["data"]
    match data["action"]:
        case "RequestRetraining":
            return _retraining_text(data)
        case "RequestRollback":
            to = f" to version {data['to']}" if data.get("to") else ""
            return (
                f"Rollback of {data['model']}:{data['version']} in {data['stage']}{to} "
                f"requested: {data['reason']}"
            )
        case "ShiftTraffic":
            shares = ", ".join(f"{name} {share:g} %" for name, share in data["traffic"].items())
            return f"The traffic of {data['endpoint']} is to be {shares or 'none at all'}."
        case "TagModel":
            tags = ", ".join(f"{name}={value}" for name, value in data["tags"].items())
            return f"{data['model']}:{data['version']} is to be tagged {tags}."
        case _:
            named, besides = f"{data['model']}:{data['version']}", list(data.get("besides") or ())
            every = "every gate that blocks" if besides else "every gate"
            told = f"{named} passed {every} and is put forward for {data['stage']}."
            return " ".join([told, *(["It does so although:", *besides] if besides else [])])


def _retraining_text(data: Mapping[str, Any]) -> str:
    """Why, in which data, and what is to train it."""
    features = spell_list([one_line(name, 80) for name in data.get("features") or ()], _FEATURES)
    by = ""
    if data.get("component"):
        by = f", by the component {data['component']}"
    elif data.get("pipeline"):
        by = f", by the pipeline {data['pipeline']}"
    cost = f", at a cost of {data['cost']:g}" if data.get("cost") is not None else ""
    return (
        f"Retraining of {data['model']} requested because of {one_line(data['cause'], 200)} "
        f"in {data['window']} "
        f"(features: {features or 'none named'}){by}{cost}."
    )
