"""Policies are listed for each question of a small fleet, and once in a while for a large one."""

import pytest

from shared.errors import Unavailable
from shared.policies.listing import AT_ONCE, LONGEST, Listing, good_for
from shared.policies.store import PolicyStore


class Files:
    """A folder that counts how often it is listed, and a time that is set."""

    def __init__(self, count):
        self.files = {f"{number}.yaml": b"model: m" for number in range(count)}
        self.listed = 0
        self.now = 0.0
        self.problem = None

    def __call__(self):
        self.listed += 1
        if self.problem is not None:
            raise self.problem
        return dict(self.files)

    def time(self):
        return self.now


def test_few_files_are_listed_each_time_so_that_an_edited_one_counts_at_once():
    files = Files(AT_ONCE)
    listing = Listing(files, files.time)
    listing()
    files.files["new.yaml"] = b"model: new"

    assert "new.yaml" in listing()
    assert files.listed == 2


def test_ten_thousand_files_are_listed_once_a_minute_however_many_ask():
    files = Files(10_100)
    listing = Listing(files, files.time)
    for second in range(600):
        files.now = float(second)
        listing()

    assert files.listed == 10


def test_an_edited_file_of_many_counts_when_the_listing_is_too_old():
    files = Files(1_100)
    listing = Listing(files, files.time)
    listing()
    files.files["new.yaml"] = b"model: new"
    files.now = good_for(1_100) - 0.1

    assert "new.yaml" not in listing()
    files.now = good_for(1_100)
    assert "new.yaml" in listing()


def test_no_listing_is_good_for_longer_than_a_minute():
    assert good_for(10**7) == LONGEST == 60.0


def test_a_folder_that_was_empty_is_listed_again_at_once():
    files = Files(0)
    listing = Listing(files, files.time)
    listing()
    files.files["new.yaml"] = b"model: new"

    assert listing()


def test_a_listing_that_fails_is_told_and_tried_again():
    files = Files(1_100)
    listing = Listing(files, files.time)
    files.problem = Unavailable("The container policies does not answer.")
    with pytest.raises(Unavailable):
        listing()
    files.problem = None

    assert len(listing()) == 1_100


def test_a_store_of_many_policies_is_asked_once_for_many_questions():
    files = Files(0)
    files.files = {f"{n}.yaml": f"model: model-{n}\n".encode() for n in range(AT_ONCE + 400)}
    store = PolicyStore(files)
    found = [store.for_model(f"model-{number}") for number in range(50)]

    assert [one.model for one in found] == [f"model-{number}" for number in range(50)]
    assert files.listed == 1
