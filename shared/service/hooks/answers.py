"""What a hook answers: a status, a body, and when to come again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_REALM = 'Basic realm="driftgate", charset="UTF-8"'


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAnswer:
    """An HTTP answer; `why` is the word under which a refusal is counted, None for none."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    why: str | None = None
    kind: str = "application/json"


def kept(receipts: Sequence[Mapping[str, Any]]) -> HookAnswer:
    """Each envelope's key, and the sentence for one that was refused and kept as that."""
    return HookAnswer(status=202, body=json.dumps(list(receipts)))


def refused(status: int, why: str, sentence: str, after: float | None = None) -> HookAnswer:
    """A call that was not taken; `after` says in how many seconds to come again."""
    headers = {} if after is None else {"Retry-After": str(max(1, round(after)))}
    body = json.dumps({"status": status, "title": sentence})
    return HookAnswer(status=status, body=body, headers=headers, why=why)


def unknown_caller() -> HookAnswer:
    """The same whatever was wrong: nothing shown, something else shown, or half of it right."""
    body = json.dumps({"status": 401, "title": "Unauthorized."})
    return HookAnswer(
        status=401, body=body, headers={"WWW-Authenticate": _REALM}, why="unauthorized"
    )
