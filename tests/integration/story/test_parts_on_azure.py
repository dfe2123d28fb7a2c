"""Rows counted by parts on Azure's adapters: real SDKs, Azurite, and a broker that forgets none."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.domain.profiling import Capacity
from tests.integration.story.test_collected_story import (
    HOUR,
    SUBJECT,
    collect,
    collected,  # noqa: F401  a fixture
    look,
)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def more_settings():
    """An instance of less than a megabyte, of which files may take a quarter."""
    return {"capacity": Capacity(memory=700 << 10)}


def profiles(story, order):
    """What is kept of an order in the container of profiles."""
    container = story.account.blobs.get_container_client("profiles")
    return sorted(
        name.rpartition("/")[2].removesuffix(".json")
        for name in container.list_blob_names(name_starts_with=f"profiling/{order}/")
    )


def test_rows_are_counted_by_parts_and_judged_on_azures_adapters(request):
    story = request.getfixturevalue("collected")
    collect(story, story.now - 4 * HOUR, 4, income=9.0, of_each=400)

    decision = look(story, Check.DRIFT)

    assert decision["event"]["type"] == "io.driftgate.ProfileMade"
    reasons = {finding["thing"]: finding["reason"] for finding in decision["findings"]}
    assert reasons["feature/income"] == "above_limit"
    income = next(f for f in decision["findings"] if f["thing"] == "feature/income")
    assert income["n"] == 19_200
    [one] = story.application.ledger.state("profiling/loan-default").state["profiling"][
        "profilings"
    ]
    asked = [seen for seen in story.seen if seen.properties.get("action") == "ProfilePart"]
    assert len({message.id for message in asked}) == one["parts"] >= 6
    assert one["phase"] == "made"
    assert list(story.application.settings.home.glob("cache-lent/*")) == []
    assert not list(story.application.settings.home.glob("cache/*/*.jsonl"))
    kept = profiles(story, one["order"])
    assert kept == ["made", "order", *(f"part-{n:05}" for n in range(one["parts"])), "sum-00000"]

    later = story.clock.now + timedelta(days=8)
    names = list(story.application.profiles.walk("profiling", later))
    assert all(story.application.profiles.remove(name, later) for name in names)
    assert profiles(story, one["order"]) == []


def test_a_blob_that_is_gone_ends_the_counting_in_one_sentence(request):
    story = request.getfixturevalue("collected")
    collect(story, story.now - 4 * HOUR, 4, of_each=400)
    story.application.service.fan_out(Check.DRIFT)
    while story.application.workers()["checks"].step():
        pass
    gone = next(name for name in story.workspace.blobs if name.startswith("modelDataCollector"))
    del story.workspace.blobs[gone]

    story.drain()

    decision = story.last(SUBJECT)
    assert [f["reason"] for f in decision["findings"]] == ["not_counted"]
    assert gone in json.dumps(decision["findings"])
