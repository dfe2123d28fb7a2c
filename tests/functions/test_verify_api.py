"""Verifying over HTTP, for whoever may look."""

import asyncio
import json
import sqlite3
from contextlib import closing
from urllib.parse import quote

import azure.functions as func
import pytest

from functions import operations
from tests.service.chained import SUBJECT, chain


@pytest.fixture
def call(scene, monkeypatch):
    """The trigger, called as the host does."""
    monkeypatch.setattr(operations, "application", lambda: scene.application)
    trigger = operations.operations._function.get_user_function()

    def ask(subject):
        request = func.HttpRequest(
            method="GET", url=f"https://localhost/api/v1/verify/{quote(subject)}", body=b""
        )
        answer = asyncio.run(trigger(request, None))
        return answer.status_code, json.loads(answer.get_body())

    return ask


def test_one_chain_is_walked_and_its_end_is_told(call, scene):
    decisions = chain(scene.application.ledger, 3)

    status, told = call(SUBJECT)

    assert status == 200
    assert len(told.pop("root")) == 64
    assert told == {
        "subject": SUBJECT,
        "intact": True,
        "links": 3,
        "version": 3,
        "head": decisions[-1].hash,
        "notes": [],
        "breaks": [],
    }


def test_a_broken_chain_names_its_breaks(call, scene):
    chain(scene.application.ledger, 3)
    with closing(sqlite3.connect(scene.home / "driftgate.db")) as connection, connection:
        connection.execute("DELETE FROM decision WHERE number = 2")

    status, told = call(SUBJECT)

    assert (status, told["intact"]) == (200, False)
    assert [(one["fault"], one["version"]) for one in told["breaks"]] == [("missing", 2)]


def test_a_subject_nobody_spoke_of_is_not_found(call):
    status, told = call("model/nobody")

    assert status == 404
    assert "Nothing was decided of 'model/nobody'" in told["title"]
