"""The folder of downloaded blobs: whole files, longest unused deleted first."""

import os

import pytest

from shared.adapters.azure.blob_cache import BlobCache


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(tmp_path, clock):
    return BlobCache(tmp_path / "cache", most_bytes=10, grace=60.0, clock=clock)


def keep(cache, name, content=b"12345"):
    return cache.keep(f"https://a/{name}.csv", "e", lambda path: path.write_bytes(content))


def test_a_file_is_found_by_address_and_etag(cache):
    path = keep(cache, "x")

    assert cache.find("https://a/x.csv", "e") == path
    assert cache.find("https://a/x.csv", "other") is None
    assert path.name == "x.csv"


def test_what_was_longest_unused_is_deleted_first(cache, clock):
    for name in "abc":
        keep(cache, name)
        clock.now += 100
    cache.find("https://a/a.csv", "e")
    clock.now += 100

    cache.shrink()

    assert [cache.find(f"https://a/{name}.csv", "e") is not None for name in "abc"] == [
        True,
        False,
        True,
    ]


def test_what_was_used_just_now_stays_even_over_the_limit(cache):
    kept = [keep(cache, name) for name in "abc"]

    cache.shrink()

    assert all(path.is_file() for path in kept)


def test_a_download_that_breaks_leaves_nothing(cache, tmp_path):
    def break_off(path):
        path.write_bytes(b"half")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        cache.keep("https://a/x.csv", "e", break_off)

    assert list((tmp_path / "cache").iterdir()) == []


def test_what_is_lent_goes_at_the_end_and_what_a_dead_process_left_with_the_next(tmp_path):
    now = 10_000.0
    cache = BlobCache(tmp_path / "cache", clock=lambda: now)
    left = tmp_path / "cache-lent/left"
    left.mkdir(parents=True)
    os.utime(left, (now - 4_000, now - 4_000))

    with cache.apart() as own:
        kept = own.keep("https://account/rows.csv", "1", lambda path: path.write_text("a\n1\n"))
        assert kept.is_file()
        assert not left.exists()
        with cache.apart() as another:
            assert another.find("https://account/rows.csv", "1") is None

    assert list((tmp_path / "cache-lent").iterdir()) == []
    assert cache.find("https://account/rows.csv", "1") is None
