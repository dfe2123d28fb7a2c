"""From an incident to the people who are told, on Azure's adapters and over every channel."""

import json
import logging
import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.integration.channels.world import PARTS
from tests.integration.service_bus.entities import DRIFTGATE, FILTERS
from tests.integration.storage.azurite import CONTAINERS
from tests.integration.story.people import RECEIVERS, ROOM

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
DEPLOY = (Path(__file__).resolve().parents[3] / "docs" / "deploy.md").read_text()
EVERYBODY = dict.fromkeys(RECEIVERS, 1)
PLACES = [
    *(name for name in DRIFTGATE if name != "alerts"),
    *(f"alerts/Subscriptions/{name}" for name in FILTERS),
]


def everything(told, caplog):
    """Every row, blob, message and line of the log, as whoever may read them can."""
    account, story = told.story.account, told.story
    table = account.tables.get_table_client("ledger")
    rows = [str(dict(row)) for row in table.list_entities()]
    blobs = [
        clients.download_blob(blob.name).readall().decode()
        for clients in map(account.blobs.get_container_client, CONTAINERS)
        for blob in clients.list_blobs()
    ]
    messages = [repr(message) for message in story.seen]
    left = [repr(one) for place in PLACES for one in told.left(place)]
    assert min(map(len, (rows, blobs, messages))) > 20
    return [*rows, *blobs, *messages, *left, caplog.text]


def test_everybody_is_told_of_an_incident_and_of_its_end_and_no_secret_is_kept(told, caplog):
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="driftgate")
    told.fleet(*RECEIVERS)
    people = told.people

    told.incident()
    assert [one["data"]["action"] for one in told.story.notices] == ["PostAlert"]
    assert people.told() == dict.fromkeys(RECEIVERS, 0)
    told.later(seconds=30)

    assert people.told() == EVERYBODY
    assert told.receiver("room")["references"].popitem()[1] == {
        "room": ROOM,
        "channel": ROOM,
        "ts": "1.0",
    }
    [group] = told.receiver("pager")["references"]
    [card] = people.cards()
    assert "blue" in card
    assert "https://driftgate.example.com/console/alerts/" in card

    told.over()
    told.later(seconds=30)

    once = {"room": 1, "board": 1}
    assert people.told() == {**dict.fromkeys(RECEIVERS, 2), **once}
    assert list(people.texts) == ["1.0"]
    assert people.texts["1.0"].startswith('{"text": "Over: ')
    assert people.incidents == {group: ["trigger", "resolve"]}
    assert people.board.items[1]["System.State"] == "Done"
    assert [told.receiver(name)["flying"] for name in RECEIVERS] == [{}] * len(RECEIVERS)
    kept = everything(told, caplog)
    assert [part for part in PARTS for one in kept if part in one] == []


def test_the_first_notice_of_a_new_receiver_needs_no_incident(told, sample):
    """As the page on deployment says: somebody posts an alert of Azure Monitor, then its end."""
    [fleet] = re.findall(r"(?m)(?:^ {8}(?:receivers|-|default).*\n)+", DEPLOY)
    told.story.account.keep("policies", "fleet.yaml", dedent(fleet))
    alert = sample("azure_monitor_common_alert_metric_fired.derived.json")
    alert["data"]["essentials"]["firedDateTime"] = told.story.clock.now.isoformat()
    fired = json.dumps(alert)

    told.story.application.service.receive(fired.encode(), via="azure-monitor")
    told.drain()
    told.later(seconds=30)
    told.later(minutes=5)
    over = fired.replace('"Fired"', '"Resolved"')
    told.story.application.service.receive(over.encode(), via="azure-monitor")
    told.drain()
    told.later(seconds=30)

    cards = [json.loads(card)["attachments"][0]["content"] for card in told.people.cards()]
    words = [card["fallbackText"].partition(":")[0] for card in cards]
    assert words == ["Critical", "Over"]
