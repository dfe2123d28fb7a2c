"""Whom the way out calls: allowed hosts, at public addresses, with their own certificates."""

from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.channels.allowed_hosts import AllowedHosts
from shared.adapters.channels.public_addresses import is_public
from shared.errors import NotAllowed, TimedOut, Unavailable, Untrusted
from tests.integration.channels.world import OURS, PUBLIC, QUICK, Network, badly_behaved
from tests.integration.loopback.certificates import make_certificates
from tests.integration.loopback.server import Answer

HOOK = f"https://{OURS}/hook?key=keykeykey"
WHAT = "the address of ops"


def post(out, address=HOOK):
    return out.post_json(address, WHAT, {"a": "ü"}, {})


def test_a_message_arrives_as_json_under_the_hosts_name(network, service):
    service.add("POST", "/hook", lambda _: Answer(body={"ok": True}))

    answer = post(network.out())

    [request] = service.log
    assert (answer.status, answer.body) == (200, b'{"ok": true}')
    assert request.json() == {"a": "ü"}
    assert request.headers["host"] == OURS
    assert request.query == {"key": "keykeykey"}
    assert network.dialled == [f"{PUBLIC}:443"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"http://{OURS}/x", "is not https"),
        (f"https://user:word@{OURS}/x", "has a user in it"),
        (f"https://@{OURS}/x", "has a user in it"),
        ("https://evil.example.org/x", r"add evil\.example\.org to DRIFTGATE_CHANNEL_HOSTS"),
        (f"https://{OURS}:8443/x", rf"is at {OURS}:8443, which may not be called"),
        (f"https://{OURS}:99999/x", "is no address"),
        (f"https://{OURS}.evil.example.org/x", "may not be called"),
        ("https://evilcorp.example.com/x", "may not be called"),
        ("https://corp.example.com/x", "may not be called"),
        ("https://dev.azure.com/contoso", "may not be called"),
        ("https://127.0.0.1/x", "does not name its host in full"),
        ("https://2130706433/x", "does not name its host in full"),
        ("https://0x7f.1/x", "does not name its host in full"),
        ("https://[::1]/x", "does not name its host in full"),
        ("https://localhost/x", "does not name its host in full"),
        (f"https://{OURS}./x", "does not name its host in full"),
        ("https://hooks.slаck.com/x", "signs in it that are not ASCII"),
        (f"https://{OURS}\\@evil.example.org/x", "signs in it that are not ASCII"),
        (f"https://{OURS}/a b", "signs in it that are not ASCII"),
        (f"https://{OURS}/a\r\nHost: b", "signs in it that are not ASCII"),
        (f"https://{OURS}/{'a' * 5000}", "it is too long"),
        ("https://[::1/x", "is no address"),
        ("hook", "is not https"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_before_anything_is_asked(
    network, address, sentence
):
    with pytest.raises(NotAllowed, match=sentence) as refusal:
        post(network.out(), address)

    assert str(refusal.value).startswith("The address of ops ")
    assert network.asked == []


PIECES = ["https://", "http:", "/", "\\", "@", ":", "443", "slack.com", "evil.com", "?", "#", "."]


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*PIECES, "%2e", "\t", " ", "[::1]", "ⓢ", "。", "x"]), max_size=6))
def test_whatever_is_written_as_an_address_only_hosts_of_the_list_come_out(pieces):
    address = f"https://{''.join(pieces)}"
    try:
        target = AllowedHosts().target(address, WHAT)
    except NotAllowed:
        return

    assert (target.host, target.port) == ("slack.com", 443)
    assert address.lower().startswith("https://slack.com")


@pytest.mark.parametrize(
    "host",
    [
        "hooks.slack.com",
        "events.eu.pagerduty.com",
        "acme.webhook.office.com",
        "prod-23.westeurope.logic.azure.com",
        "default0a1b.2c.environment.api.powerplatform.com",
        "a.b.corp.example.com",
        "A.Corp.Example.com",
    ],
)
def test_known_and_named_hosts_may_be_called(network, host):
    network.addresses = ((),)

    with pytest.raises(Unavailable, match="has no address"):
        post(network.out(), f"https://{host}/x")

    assert network.asked == [f"{host.lower()}:443"]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("192.0.2.1", "198.18.0.1", "192.88.99.1", "203.0.113.9", "192.0.0.8"),
        *("0.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "ff02::1"),
        *("::ffff:8.8.8.8", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2001:0:53aa::1", "2001:db8::1", "3fff::1", "::8.8.8.8"),
        *("2001:4860:4860::8888%eth0", "hooks.example.com", "", "8.8.8.8.8"),
    ],
)
def test_an_address_that_is_not_out_in_the_world_is_never_dialled(network, address):
    network.addresses = ((PUBLIC, address),)

    with pytest.raises(NotAllowed, match="leads to an address that is not public"):
        post(network.out())

    assert network.dialled == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "52.98.0.1"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


def test_a_name_that_means_another_place_a_moment_later_gains_nothing(network, service):
    network.addresses = ((PUBLIC,), ("169.254.169.254",))
    service.add("POST", "/hook", lambda _: Answer())
    out = network.out()

    post(out)

    assert network.asked == [f"{OURS}:443"]
    assert network.dialled == [f"{PUBLIC}:443"]
    with pytest.raises(NotAllowed):
        post(out)
    assert network.dialled == [f"{PUBLIC}:443"]


def test_an_address_that_is_down_is_passed_over_for_the_next(network, service):
    network.addresses = (("2001:4860:4860::8888", PUBLIC),)
    service.add("POST", "/hook", lambda _: Answer())

    def dial(address, port, seconds):
        if ":" in address:
            network.dialled.append("down")
            raise OSError(101, "Network is unreachable")
        return network.dial(address, port, seconds)

    assert post(network.out(dial=dial)).status == 200
    assert network.dialled == ["down", f"{PUBLIC}:443"]


def test_a_host_that_cannot_be_reached_is_told_with_the_machines_own_words(network):
    def dial(*_):
        raise ConnectionRefusedError(111, "Connection refused")

    with pytest.raises(Unavailable, match=rf"^{OURS} cannot be reached \(Connection refused\)\.$"):
        post(network.out(dial=dial))


def test_a_name_that_is_unknown_is_told(network):
    def resolve(*_):
        raise OSError(-2, "Name or service not known")

    with pytest.raises(Unavailable, match="cannot be looked up"):
        post(network.out(resolve=resolve))


def test_a_look_up_that_hangs_is_left_behind(network, request):
    over = Event()
    request.addfinalizer(over.set)

    def resolve(*_):
        over.wait()
        return [PUBLIC]

    with pytest.raises(TimedOut, match=r"was not looked up within 0\.1 s") as late:
        post(network.out(resolve=resolve, limits=QUICK))

    assert late.value.reason == "timeout"


def test_a_proxy_of_the_environment_is_not_used(network, service, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    service.add("POST", "/hook", lambda _: Answer())

    assert post(network.out()).status == 200


@pytest.mark.parametrize(
    ("hosts", "days", "words"),
    [
        (("other.example.com",), 1, f"Hostname mismatch, certificate is not valid for '{OURS}'"),
        ((OURS,), -1, "certificate has expired"),
    ],
    ids=["another host's", "run out"],
)
def test_a_certificate_that_is_not_the_hosts_own_stops_the_message(tmp_path, hosts, days, words):
    made = make_certificates(tmp_path, hosts, days=days)
    received = []

    with badly_behaved(made, lambda secure, _: received.append(secure.recv(1))) as port:
        network = Network(port=port, authority=made)
        with pytest.raises(Untrusted, match=words) as problem:
            post(network.out())

    assert received == []
    assert problem.value.reason == "certificate"
    assert problem.value.retryable


def test_a_certificate_of_nobody_known_stops_the_message(known_certificates, tmp_path):
    stranger = make_certificates(tmp_path, (OURS,))

    with badly_behaved(stranger, lambda *_: None) as port:
        network = Network(port=port, authority=known_certificates)
        with pytest.raises(Untrusted, match="cannot be trusted"):
            post(network.out())
