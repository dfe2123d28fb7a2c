"""Answers are packed for whoever accepts it, and never for a page of another site."""

import gzip

import pytest

from shared.web.operations import api
from tests.web.platform import ask


def test_a_page_is_packed_for_whoever_accepts_it_and_is_the_same_page(scene):
    app = api(scene.application)

    plain = ask(app, "GET", "/console", accept="text/html")
    packed = ask(app, "GET", "/console", **{"accept": "text/html", "accept-encoding": "gzip, br"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept, Accept-Encoding"
    assert packed.headers["Content-Length"] == str(len(packed.get_body()))
    assert packed.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]
    assert gzip.decompress(packed.get_body()) == plain.get_body()
    assert len(packed.get_body()) < len(plain.get_body()) / 2


def test_a_short_answer_is_sent_as_it_is(scene):
    answer = ask(api(scene.application), "GET", "/api/v1/alerts", **{"accept-encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert answer.get_body() == b'{"alerts":[]}'


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_page_of_another_site_asks_for_tells_nothing_by_its_length(scene, site):
    headers = {"accept": "text/html", "accept-encoding": "gzip", "sec-fetch-site": site}

    answer = ask(api(scene.application), "GET", "/console", **headers)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
