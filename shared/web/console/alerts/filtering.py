"""Which alerts are wanted, in which order, and who knows of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.wording import one_line, spell_list
from shared.ports import Policies
from shared.web.console.templating import ago, minute

Row = Mapping[str, Any]
_SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the alerts that are shown have in common; empty is all of them.

    `owner` is whoever has them in hand.
    """

    fires: bool = True
    kind: str = ""
    severity: str = ""
    model: str = ""
    owner: str | None = None

    def takes(self, row: Row, model: str) -> bool:
        """Whether an alert of this model is among them."""
        return (
            (not self.fires or row["status"] == "firing")
            and self.kind in {"", row["kind"]}
            and self.severity in {"", row["severity"]}
            and self.model in {"", model}
            and self.owner in {None, row["owner"]}
        )


def model_of(subject: str, labels: Mapping[str, str], served: Mapping[str, str]) -> str:
    """The model that an alert is about: its subject, what the endpoint serves, or its label.

    >>> model_of("endpoint/loans", {}, {"loans": "loan-default"})
    'loan-default'
    """
    kind, _, name = subject.partition("/")
    if kind in {"model", "retraining"}:
        return name
    model = served.get(name) if kind == "endpoint" else None
    return model or labels.get("model", "")


def served_by(policies: Policies) -> dict[str, str]:
    """The model that each endpoint serves, by the policies."""
    return {one.endpoint: one.model for one in policies.all() if one.endpoint is not None}


def in_order(rows: Iterable[Row]) -> list[Row]:
    """What fires first, of that what nobody has in hand, the worst, and the newest."""
    found = sorted(rows, key=lambda row: str(row["since"]), reverse=True)
    return sorted(
        found,
        key=lambda row: (
            row["status"] != "firing",
            row["owner"] is not None or bool(row["silenced_by"]),
            _weight(row["severity"]),
        ),
    )


def known_by(row: Row, now: datetime) -> str:
    """Who knows of it and who does not, in a few words.

    >>> row = dict.fromkeys(("owner", "owned_until", "next_notice"), None)
    >>> row |= {"status": "firing", "told": {}, "held": {"ops": "silence 1"}, "silenced_by": ["1"]}
    >>> known_by(row, parse_time("2026-02-03T12:00:00Z"))
    'silenced; ops is not told'
    """
    parts = []
    if row["owner"] is not None:
        owner = one_line(row["owner"], 80)
        parts.append(f"{owner} has it in hand until {minute(row['owned_until'])}")
    held = sorted(row["held"])
    if row["silenced_by"]:
        parts.append("silenced")
    if held:
        verb = "is" if len(held) == 1 else "are"
        parts.append(f"{spell_list(held, most=3)} {verb} not told")
    told = sorted((parse_time(at), name) for name, at in row["told"].items() if name not in held)
    parts += [f"{name} told {ago(at, now)}" for at, name in reversed(told[-3:])]
    if not parts and row["status"] != "firing":
        return "over"
    if not parts and row["next_notice"] is not None:
        return f"the first notice is due {ago(row['next_notice'], now)}"
    return "; ".join(parts) or "nobody was told"


def alike(rows: Sequence[Row], row: Row, most: int = 10) -> list[Row]:
    """Other alerts of the same subject or the same kind, those that fire first."""
    others = [
        one
        for one in rows
        if one["fingerprint"] != row["fingerprint"]
        and (one["subject"] == row["subject"] or one["kind"] == row["kind"])
    ]
    others = sorted(others, key=lambda one: one["subject"] != row["subject"])
    return sorted(others, key=lambda one: one["status"] != "firing")[:most]


def _weight(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)
