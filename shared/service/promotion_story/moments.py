"""The timeline: every decision of a promotion, with quiet looks taken together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX
from shared.domain.verdict import Verdict
from shared.service.notices import request_text
from shared.service.promotion_story.story import MomentTold


def moments_of(decisions: Sequence[Mapping[str, Any]]) -> tuple[MomentTold, ...]:
    """One entry a decision, oldest first; a look that found the same and asked nothing is counted.

    The same are the same verdicts for the same reasons, whatever the numbers: those of the last
    look are told. A look in between is one in the chain all the same: the entry that follows names
    its hash.
    """
    moments: list[MomentTold] = []
    found: object = None
    for decision in decisions:
        moment, finds = _moment(decision), _found(decision)
        if moments and not moment.actions and finds == found:
            before = moments[-1]
            moments[-1] = replace(
                before,
                repeats=before.repeats + 1,
                until=moment.at,
                hash=moment.hash,
                sentences=moment.sentences,
            )
        else:
            moments.append(moment)
        found = finds
    return tuple(moments)


def _found(decision: Mapping[str, Any]) -> object:
    """What a decision found, without its numbers."""
    event = decision["event"]
    return (
        event["type"],
        (event.get("data") or {}).get("check"),
        tuple(
            (one["rule"], one["thing"], one["verdict"], one["reason"], one["enforced"])
            for one in decision["findings"]
        ),
    )


def _moment(decision: Mapping[str, Any]) -> MomentTold:
    event = decision["event"]
    kind = str(event["type"]).removeprefix(EXTENSION_PREFIX)
    check = (event.get("data") or {}).get("check")
    return MomentTold(
        at=parse_time(decision["decided"]),
        event=kind if check is None else f"{kind}: {check}",
        verdict=Verdict(decision["verdict"]),
        sentences=tuple(finding["sentence"] for finding in decision["findings"]),
        actions=tuple(told for told in map(_action, decision["actions"]) if told),
        hash=decision["hash"],
        previous=decision["previous"],
    )


def _action(action: Mapping[str, Any]) -> str:
    """What was asked of the world; a look to come and a kept profile are not worth a line."""
    match action["action"]:
        case "ScheduleCheck" | "SaveBaseline":
            return ""
        case "PostAlert":
            return f"Told: {action['alert']['title']}"
        case "ResolveAlert":
            return f"Over: {action['alert']['title']} ({action['reason']})"
        case _:
            return request_text({"data": action})
