"""The loopback server itself: what the proof of the adapters stands on."""

import pytest
from azure.core.pipeline.policies import RetryPolicy
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.mgmt.core import ARMPipelineClient

from tests.integration.loopback.server import Answer, refusal


@pytest.fixture
def client(loopback):
    with ARMPipelineClient(loopback.url, policies=[RetryPolicy(retry_backoff_factor=0.01)]) as made:
        yield made


def test_the_real_identity_library_gets_a_token_over_loopback(loopback):
    with DefaultAzureCredential() as identity:
        token = identity.get_token("https://management.azure.com/.default")

    asked = loopback.router.requests("GET", "/msi/token")[0]
    assert asked.query["resource"] == "https://management.azure.com"
    assert token.token.count(".") == 2


def test_a_route_gets_the_parts_of_its_path(loopback, client):
    loopback.router.add("GET", "/things/{name}", lambda request: Answer(body=dict(request.parts)))

    answer = client.send_request(HttpRequest("GET", f"{loopback.url}/things/a%20b"))

    assert answer.json() == {"name": "a b"}


def test_a_scripted_fault_comes_before_the_route_and_the_sdk_tries_again(loopback, client):
    loopback.router.add("GET", "/things", lambda _: Answer(body=[]))
    loopback.router.fail_next(
        "GET", "/things", refusal(503, "Busy", "Later."), Answer(hang_up=True)
    )

    answer = client.send_request(HttpRequest("GET", f"{loopback.url}/things"))

    assert (answer.status_code, len(loopback.router.requests("GET", "/things"))) == (200, 3)


def test_an_unknown_route_is_remembered(loopback, client):
    answer = client.send_request(HttpRequest("GET", f"{loopback.url}/nothing?x=1"))

    assert answer.status_code == 404
    assert loopback.router.unknown.pop() == "GET /nothing {'x': '1'}"
