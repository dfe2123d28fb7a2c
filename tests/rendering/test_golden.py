"""Every message as it is sent, kept as files: a change of wording shows as a difference.

`DRIFTGATE_GOLDEN=write python -m pytest tests/rendering/test_golden.py` writes them anew; look at
each difference before it is committed.
"""

import json
import os
from pathlib import Path

import pytest

from shared.domain.policy import ChannelKind
from shared.rendering import render
from tests.rendering.cases import CASES, sending

GOLDEN = Path(__file__).parent / "golden"
FEW = {
    ChannelKind.EMAIL: {"incident", "resolved", "group-of-three", "hostile-names", "acknowledged"},
    ChannelKind.WEBHOOK: {"incident", "resolved", "hostile-names", "digest"},
    ChannelKind.WORK_ITEM: {"incident", "resolved", "hostile-names"},
    ChannelKind.PAGERDUTY: {"incident", "resolved", "group-of-three", "digest", "acknowledged"},
}
KEPT = [(kind, case) for kind in ChannelKind for case in CASES if case in FEW.get(kind, CASES)]


def files(kind, case):
    told, pages = CASES[case]
    message = dict(render(kind, sending(kind, told, pages)))
    made = {}
    if "html" in message:
        made[f"{case}.html"] = message.pop("html")
    if "text" in message and "blocks" not in message and kind is not ChannelKind.WEBHOOK:
        made[f"{case}.txt"] = f"{message.pop('text')}\n"
    if message:
        made[f"{case}.json"] = f"{json.dumps(message, indent=1, ensure_ascii=False)}\n"
    return {GOLDEN / kind.value / name: text for name, text in made.items()}


@pytest.mark.parametrize(("kind", "case"), KEPT, ids=str)
def test_a_message_is_as_it_was_last_looked_at(kind, case):
    made = files(kind, case)
    if os.environ.get("DRIFTGATE_GOLDEN") == "write":
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    assert {path: path.read_text(encoding="utf-8") for path in made} == made


def test_no_golden_file_is_left_of_a_case_that_went():
    made = {path for kind, case in KEPT for path in files(kind, case)}

    assert {path for path in GOLDEN.rglob("*") if path.is_file()} == made
