"""Sending: what arrives, what is refused, and what a failing namespace becomes."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from azure.core.credentials import AccessToken
from azure.identity import CredentialUnavailableError
from azure.servicebus import ServiceBusClient

from shared.adapters.azure.service_bus import (
    Retries,
    ServiceBusSender,
    connect,
    connect_to_local_broker,
)
from shared.errors import NoPermission, NotFound, Refused, Unavailable
from shared.ports import Message
from tests.integration.service_bus.broker.wire import read_message, write_message


def message(number, *, queue="checks", **more):
    return Message(
        id=f"message-{number}",
        queue=queue,
        session="model/loan-default",
        body={"number": number, **more},
    )


def stored(broker, path):
    return broker.call(lambda: broker.namespace.source(path).peek(1, 1000))


@pytest.fixture
def sender(client):
    with closing(ServiceBusSender(client)) as made:
        yield made


def test_subscribers_find_what_they_filter_on_in_the_envelope(sender, broker):
    body = {"specversion": "1.0", "subject": "model/loan-default", "correlationid": "run-7"}
    properties = {"severity": "critical", "label_model": "loan-default"}
    sender.send(
        [Message(id="m", queue="alerts", session="print", body=body, properties=properties)]
    )

    [kept] = stored(broker, "alerts/Subscriptions/log")
    envelope = read_message(write_message(kept))

    assert (envelope.id, envelope.session) == ("m", "print")
    assert envelope.properties == properties
    assert envelope.system["label"] == "model/loan-default"
    assert envelope.system["correlationid"] == "run-7"
    assert envelope.system["contenttype"] == "application/json"


def test_many_messages_go_in_few_transfers_and_in_order(sender, broker):
    messages = [message(n, text="x" * 10_000) for n in range(60)]

    sender.send(messages)

    assert [kept.envelope.id for kept in stored(broker, "checks")] == [m.id for m in messages]
    assert len(broker.faults.sends) == 3


def test_a_link_is_opened_once_and_kept(sender, broker):
    for n in range(5):
        sender.send([message(n)])

    assert len(broker.endpoints) == 1


def test_threads_may_share_a_sender(sender, broker):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: sender.send([message(n)]), range(40)))

    assert len(stored(broker, "checks")) == 40
    assert len(broker.endpoints) == 1


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_dropped_connection_is_opened_again(sender, broker):
    sender.send([message(1)])
    broker.drop_connections()
    sender.send([message(2)])

    assert [kept.envelope.id for kept in stored(broker, "checks")] == ["message-1", "message-2"]


def test_a_closed_sender_opens_again_with_the_next_message(sender, broker):
    sender.send([message(1)])
    sender.close()
    sender.send([message(2)])

    assert len(stored(broker, "checks")) == 2


def test_a_busy_namespace_is_tried_again(sender, broker):
    broker.faults.busy_sends = 2

    sender.send([message(1)])

    assert broker.faults.sends == ["busy", "busy", "kept"]


def test_a_namespace_that_stays_busy_is_unavailable_and_then_used_again(sender, broker):
    broker.faults.busy_sends = 1000

    with pytest.raises(Unavailable, match=r"send to checks.*throttled"):
        sender.send([message(1)])

    broker.faults.busy_sends = 0
    sender.send([message(1)])
    assert len(stored(broker, "checks")) == 1


def test_a_token_that_is_refused_names_the_role(sender, broker):
    broker.faults.token_status = 401

    with pytest.raises(NoPermission, match=r"send to checks.*Azure Service Bus Data Sender"):
        sender.send([message(1)])


def test_an_identity_without_the_role_is_told_so(sender, broker):
    broker.faults.without_role = True

    with pytest.raises(NoPermission, match=r"send to checks.*Azure Service Bus Data Sender"):
        sender.send([message(1)])


def test_an_unknown_queue_is_named(sender):
    with pytest.raises(NotFound, match="no queue, topic or subscription 'nowhere'"):
        sender.send([message(1, queue="nowhere")])


def test_a_message_that_fits_only_without_its_headers_is_refused_with_its_name(sender, broker):
    with pytest.raises(Refused, match="Message message-1 is with its headers over the limit"):
        sender.send([message(1, text="x" * 261_980)])

    assert stored(broker, "checks") == []


def test_nothing_is_sent_when_one_message_cannot_be(sender, broker):
    with pytest.raises(Refused, match="message-2"):
        sender.send([message(1), message(2, text="x" * 300_000)])

    assert stored(broker, "checks") == []


def test_no_broker_at_all_is_unavailable(broker):
    away = broker.connection_string.replace(str(broker.port), "1")
    retries = Retries(retry_total=1, retry_backoff_factor=0.01)
    with (
        connect_to_local_broker(away, retries=retries) as client,
        closing(ServiceBusSender(client)) as sender,
        pytest.raises(Unavailable, match="send to checks"),
    ):
        sender.send([message(1)])


def test_a_connection_string_of_the_cloud_is_refused():
    with pytest.raises(Refused, match="for a local broker only"):
        connect_to_local_broker(
            "Endpoint=sb://x.servicebus.windows.net;SharedAccessKeyName=a;SharedAccessKey=b"
        )


class Identity:
    """A credential; without a token it fails as those of azure-identity do."""

    def __init__(self, token):
        self.token = token
        self.scopes = []

    def get_token(self, *scopes, **_options):
        self.scopes.extend(scopes)
        if self.token is None:
            raise CredentialUnavailableError(message="No identity endpoint found.")
        return AccessToken(self.token, int(time.time()) + 3600)


def over_plain_tcp(broker, identity):
    """A namespace as in the cloud, but for TLS, whose port the SDK does not let one choose."""
    options = {"retry_total": 1, "retry_backoff_factor": 0.01}
    return ServiceBusClient(f"127.0.0.1:{broker.port}", identity, use_tls=False, **options)


def test_the_token_of_the_identity_is_shown_for_the_queue(broker):
    identity = Identity("a.b.c")
    with over_plain_tcp(broker, identity) as client, closing(ServiceBusSender(client)) as sender:
        sender.send([message(1)])

    assert broker.faults.tokens == ["a.b.c"]
    assert set(identity.scopes) == {"https://servicebus.azure.net//.default"}


def test_without_a_token_nothing_can_be_said_about_roles(broker):
    with (
        over_plain_tcp(broker, Identity(None)) as client,
        closing(ServiceBusSender(client)) as sender,
        pytest.raises(Unavailable, match=r"send to checks.*No identity endpoint found"),
    ):
        sender.send([message(1)])


def test_in_the_cloud_a_namespace_and_a_credential_are_enough():
    class NoCredential:
        def get_token(self, *_scopes, **_options):
            raise AssertionError("nothing is asked before the first message")

    with connect("sb-driftgate.servicebus.windows.net", NoCredential()) as client:
        assert client.fully_qualified_namespace == "sb-driftgate.servicebus.windows.net"
