"""Traffic in a file: its other facts stay, and nobody reads half of it."""

from threading import Thread

import pytest
import yaml

from shared.adapters.embedded.traffic import FileTraffic
from shared.errors import ChangedMeanwhile
from tests.conftest import NOON

FILE = """
owner: risk
traffic: {blue: 100}
deployments:
  blue: {model: "loan:7", created: 2026-02-01T00:00:00Z}
  green: {model: "loan:8", instances: 2}
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "endpoints").mkdir()
    path = tmp_path / "endpoints/ep.yaml"
    path.write_text(FILE)
    return path


def change(traffic, share, expected):
    return traffic.change(
        "ep",
        traffic={"blue": 100.0 - share, "green": share},
        mirror={},
        expected=expected,
        expected_mirror={},
    )


def test_the_rest_of_the_file_stays_and_it_says_when_it_was_written(path, tmp_path):
    endpoint = change(FileTraffic(tmp_path, lambda: NOON), 10.0, {"blue": 100.0})

    written, before = yaml.safe_load(path.read_text()), yaml.safe_load(FILE)
    assert written == {
        **before,
        "traffic": {"blue": 90, "green": 10},
        "mirror_traffic": {},
        "changed": NOON,
    }
    assert endpoint.changed == NOON
    assert not path.with_suffix(".part").exists()


def test_of_many_who_want_it_from_the_same_shares_one_gets_it(path, tmp_path):
    done, refused = [], []

    def one(share):
        try:
            change(FileTraffic(tmp_path, lambda: NOON), share, {"blue": 100.0})
            done.append(share)
        except ChangedMeanwhile:
            refused.append(share)

    threads = [Thread(target=one, args=(float(share),)) for share in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(done), len(refused)) == (1, 7)
    assert yaml.safe_load(path.read_text())["traffic"]["green"] == done[0]
