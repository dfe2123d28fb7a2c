"""What fuzzing found, each as it was found: none of it may come back."""

import json

import pytest

from tests.fuzzing.parsers import PARSERS
from tests.fuzzing.seeds import seeds

BY_NAME = {parser.name: parser for parser in PARSERS}


def changed(name, **fields):
    return json.dumps({**json.loads(seeds()[name][0]), **fields}).encode()


def own(**data):
    told = {"specversion": "1.0", "id": "1", "source": "x", "time": "2026-02-03T12:00:00Z"}
    kind = {"type": "io.driftgate.CheckDue", "subject": "model/loan-default"}
    return json.dumps({**told, **kind, "data": data}).encode()


def delivery(**notice):
    order = json.loads(seeds()["message of a delivery"][0])["data"]
    return json.dumps({"data": {**order, "notice": {**order["notice"], **notice}}}).encode()


def baseline(**profile):
    kept = json.loads(seeds()["kept baseline"][0])
    return json.dumps({**kept, "profile": {**kept["profile"], **profile}}).encode()


FOUND = [
    ("intake of Event Grid", lambda: own(check={})),
    ("rows of JSON lines", lambda: b'{"id": ' + b"9" * 4000 + b"}\n"),
    ("kept baseline", lambda: b"[" * 100_000),
    ("kept baseline", lambda: b'{"driftgate_profile": 1, "profile": {}, "calibration": null}'),
    ("kept baseline", lambda: baseline(skipped={"x": "\ud800"}, extra=["\ud800"])),
    ("profile", lambda: changed("profile", columns={"income": {"kind": "numeric"}})),
    (
        "message of a waiting check",
        lambda: changed("message of a waiting check", asked="9999-12-31"),
    ),
    ("message of a promotion", lambda: b'{"data": {"action": "ShiftTraffic", "traffic": "x"}}'),
    ("message of a delivery", lambda: delivery(reason="\ud800")),
    ("message of a notice", lambda: b'{"data": {"action": "PostAlert", "alert": null}}'),
    ("message of a retraining", lambda: b'{"data": null}'),
    ("dead letters of Event Grid", lambda: b'[{"id": "\\ud800"}]'),
    (
        "dead letters of Event Grid",
        lambda: b'[{"id": "1", "lastDeliveryAttemptTime": "0001-01-01T00:00:00+14:00"}]',
    ),
]


@pytest.mark.parametrize(("name", "case"), FOUND)
def test_what_was_found_is_answered_or_refused(name, case):
    BY_NAME[name](case())
