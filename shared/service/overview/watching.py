"""Follows what is decided, told and raised as it comes, out of the decisions that hold all of it.

Where they come from is a question to `fetch`: the ledger here, or the API of a service elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time

Fetch = Callable[[int], Sequence[Mapping[str, Any]]]
"""The newest so many decisions as `queries.shown` shows them, newest first."""
Row = Mapping[str, Any]

_FEW = 50
MOST_AT_ONCE = 1000
"""More that were decided between two looks are passed over, and it is said that they were."""


class Following:
    """Tells each decision once, oldest first; the first look tells what was there before."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: frozenset[str] | None = None
        self.missed = False

    def news(self) -> list[Mapping[str, Any]]:
        """What was decided since the last look; `missed` says whether that was too much."""
        many = _FEW
        while True:
            newest = self._fetch(many)
            known = self._known or frozenset()
            new = [one for one in newest if one["hash"] not in known]
            overlapping = len(new) < len(newest) or len(newest) < many
            if overlapping or self._known is None or many >= MOST_AT_ONCE:
                break
            many = min(4 * many, MOST_AT_ONCE)
        self.missed = not overlapping and self._known is not None
        self._known = frozenset(one["hash"] for one in newest)
        return new[::-1]


def before(fetch: Fetch, since: datetime) -> Iterator[Mapping[str, Any]]:
    """What was decided from then on, oldest first; of the newest thousand."""
    newest = fetch(MOST_AT_ONCE)
    yield from (one for one in reversed(newest) if parse_time(one["decided"]) >= since)


def is_of(decision: Mapping[str, Any], name: str | None) -> bool:
    """Whether it is of a subject, or of a model or an endpoint by its name; of None are all."""
    subject = str(decision["subject"])
    return name is None or subject == name or subject.partition("/")[2] == name


def is_quiet(decision: Mapping[str, Any]) -> bool:
    """A look by a timer that found nothing and did nothing: there are thousands of them."""
    looked = str(decision["event"]["type"]).endswith("CheckDue")
    acts = any(action["action"] != "ScheduleCheck" for action in decision["actions"])
    return looked and not acts and decision["verdict"] in {"pass", "inconclusive", None}


def rows_of(decision: Mapping[str, Any]) -> Iterator[Row]:
    """The decision, then each alert it raised or ended and each notice it had sent, as plain rows.

    Texts are as they were written down: whoever shows them has to escape them.
    """
    event = decision["event"]
    shared = {"at": decision["decided"], "subject": decision["subject"]}
    yield {
        "what": "decision",
        **shared,
        "type": str(event["type"]).rpartition(".")[2],
        "verdict": decision["verdict"],
        "sentence": _sentence(decision["findings"]),
        "hash": decision["hash"],
    }
    for action in decision["actions"]:
        match action["action"]:
            case "PostAlert" | "ResolveAlert":
                alert = action["alert"]
                yield {
                    "what": "alert",
                    **shared,
                    "status": "firing" if action["action"] == "PostAlert" else "resolved",
                    "severity": alert["severity"],
                    "title": alert["title"],
                    "fingerprint": alert["fingerprint"],
                }
            case "Deliver" | "PutAside":
                notice = action["notice"]
                yield {
                    "what": "notice",
                    **shared,
                    "status": "sent" if action["action"] == "Deliver" else "undelivered",
                    "receiver": notice["receiver"],
                    "channel": action.get("channel"),
                    "reason": notice["reason"],
                    "title": notice["title"],
                }
            case "RequestRetraining" | "RequestPromotion" | "RequestRollback" | "ShiftTraffic":
                yield {
                    "what": "request",
                    **shared,
                    "status": action["action"],
                    "model": action["model"],
                    "version": action.get("version"),
                }


def _sentence(findings: Sequence[Mapping[str, Any]]) -> str | None:
    """What is wrong first, or what was found first."""
    wrong = (one for one in findings if one["verdict"] not in {"pass", None})
    first = next(wrong, next(iter(findings), None))
    return None if first is None else str(first["sentence"])
