"""Mail over SMTP with a server on loopback: what it is given, and what it may do wrong."""

from email import message_from_bytes, policy

import pytest

from shared.adapters.channels.email_smtp import SmtpMail
from shared.adapters.channels.secrets import Secrets
from shared.domain.policy import ChannelKind
from shared.errors import (
    NoPermission,
    NotAllowed,
    Refused,
    TimedOut,
    Unavailable,
    Untrusted,
)
from tests.integration.channels.mail_server import MailServer, serving
from tests.integration.channels.world import NOW, render, sending
from tests.integration.loopback.certificates import make_certificates

SENDER = "driftgate@example.com"
DOMAINS = ("example.com", "team.example.org")
TO = ["ada@example.com", "ben@Team.Example.org"]
KEYS = Secrets({"SMTP_USER": "driftgate", "SMTP_PASSWORD": "passpasspass"})


@pytest.fixture(scope="session")
def own_certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("mail"))


def mail(server, keys=KEYS, **changed):
    return SmtpMail(
        ("localhost", server.port),
        SENDER,
        DOMAINS,
        keys,
        render,
        lambda: NOW,
        **{"seconds": 0.1, "context": server.context(), **changed},
    )


def letter(**changed):
    return sending(ChannelKind.EMAIL, **{"to": TO, **changed})


def test_a_letter_goes_encrypted_signed_in_and_as_a_thread(own_certificates):
    with serving(MailServer(own_certificates)) as server:
        mail(server).deliver(letter())

    [sent] = [message_from_bytes(one, policy=policy.default) for one in server.letters]
    assert [line.split()[0].upper() for line in server.commands] == [
        *("EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "DATA", "QUIT")
    ]
    assert server.signed_in == ["driftgate", "passpasspass"]
    assert [line[8:] for line in server.commands[5:7]] == [f"<{address}>" for address in TO]
    assert sent["From"] == SENDER
    assert sent["Subject"] == "Drift Bcc: all@example.org"
    assert sent["Bcc"] is None
    assert sent["Date"] == "Tue, 03 Feb 2026 12:00:00 +0000"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["References"] == sent["In-Reply-To"]
    assert sent.get_body(("plain",)).get_content() == "Ünïcode 🚨\r\n.\r\n"
    assert sent.get_body(("html",)).get_content().strip() == "<p>Ünïcode</p>"


def test_a_repeat_has_its_id_and_a_group_its_thread(own_certificates):
    ids, threads = [], []
    for order, group in [("n-1.1", "g-1"), ("n-1.1", "g-1"), ("n-2.1", "g-1"), ("n-3.1", "g-2")]:
        with serving(MailServer(own_certificates)) as server:
            mail(server).deliver(letter(order=order, group=group))
        sent = message_from_bytes(server.letters[0], policy=policy.default)
        ids.append(sent["Message-ID"])
        threads.append(sent["References"])

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert threads[0] == threads[1] == threads[2] != threads[3]
    assert all(one.endswith("@example.com>") for one in ids + threads)


def test_a_port_that_speaks_tls_from_the_start_is_spoken_to_so(own_certificates):
    with serving(MailServer(own_certificates, at_once=True)) as server:
        mail(server, Secrets({}), tls_from_the_start=True).deliver(letter())

    assert len(server.letters) == 1
    assert server.signed_in == []


@pytest.mark.parametrize(
    ("server", "error", "sentence"),
    [
        ({"answers": {"": "554 no"}}, Refused, "refused the letter: 554 no"),
        ({"answers": {"": "421 busy"}}, Unavailable, "cannot take it now: 421 busy"),
        ({"offers": ()}, NotAllowed, "offers no STARTTLS on port"),
        ({"offers": ("STARTTLS",)}, NoPermission, "no way to sign in"),
        ({"offers": ("STARTTLS", "AUTH NTLM")}, NoPermission, "no way to sign in"),
        ({"answers": {"AUTH": "535 no passpasspass"}}, NoPermission, r"535 no \*\*\*"),
        ({"answers": {"AUTH": "454 later"}}, Unavailable, "cannot take it now: 454"),
        ({"answers": {"MAIL": "550 no such sender"}}, Refused, "550 no such sender"),
        ({"answers": {"MAIL": "452 full"}}, Unavailable, "452 full"),
        ({"answers": {"RCPT": "550 nobody"}}, Refused, r"none of its addresses \(550\)"),
        ({"answers": {"RCPT": "450 later"}}, Unavailable, r"none of its addresses \(450\)"),
        ({"answers": {"END": "552 too large"}}, Refused, "552 too large"),
        ({"answers": {"END": "451 later"}}, Unavailable, "451 later"),
        ({"silent_on": "MAIL"}, TimedOut, "did not answer in time"),
        ({"answers": {"DATA": "\r\n"}}, Unavailable, "cannot"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_server_that_does_not_take_the_letter_says_why(own_certificates, server, error, sentence):
    with (
        serving(MailServer(own_certificates, **server)) as served,
        pytest.raises(error, match=sentence) as problem,
    ):
        mail(served).deliver(letter())

    assert type(problem.value) is error
    assert "passpasspass" not in str(problem.value)


def test_what_the_server_took_is_sent_even_if_it_is_rude_afterwards(own_certificates):
    with serving(MailServer(own_certificates, answers={"QUIT": "421 go away"})) as server:
        reference = mail(server).deliver(letter())

    assert reference["message"].endswith(".driftgate@example.com>")
    assert len(server.letters) == 1


def test_an_address_that_is_refused_does_not_stop_the_others(own_certificates, caplog):
    class Picky(MailServer):
        @property
        def answers(self):
            last = self.commands[-1] if self.commands else ""
            return {"RCPT": "550 nobody"} if "ben@" in last else {}

        @answers.setter
        def answers(self, _):
            pass

    with serving(Picky(own_certificates)) as server:
        mail(server).deliver(letter())

    assert len(server.letters) == 1
    assert "took the letter for ops, but not for 1 of 2 addresses" in caplog.text


@pytest.mark.parametrize("at_once", [False, True])
def test_a_mail_server_with_anothers_certificate_is_given_nothing(tmp_path, at_once):
    made = make_certificates(tmp_path, ("other.example.com",))
    with (
        serving(MailServer(made, at_once=at_once)) as server,
        pytest.raises(Untrusted, match="Hostname mismatch"),
    ):
        mail(server, tls_from_the_start=at_once).deliver(letter())

    assert server.letters == []
    assert server.signed_in == []


def test_a_server_that_is_not_there_may_be_another_time(own_certificates):
    server = MailServer(own_certificates, port=1)

    with pytest.raises(Unavailable, match="localhost cannot be reached"):
        mail(server).deliver(letter())


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ([], "has no addresses"),
        (["ada"], "is no address"),
        (["ada@example.com\r\nBcc: eve@example.org"], "is no address|domains of"),
        (["ada@example.com, eve@evil.org"], "domains of DRIFTGATE_MAIL_DOMAINS"),
        (["ada@sub.example.com"], "domains of DRIFTGATE_MAIL_DOMAINS alone"),
        (["ada@evil.org"], "has an address at 'evil.org'"),
        (["Ada <ada@example.com>"], "is no address|domains of"),
        (["ädä@example.com"], "is no address"),
        ([f"a{n}@example.com" for n in range(51)], "at most 50 are written to"),
    ],
)
def test_a_letter_goes_nowhere_but_to_the_domains_that_are_named(own_certificates, to, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        mail(MailServer(own_certificates, port=1)).deliver(letter(to=to))


@pytest.mark.parametrize("at_once", [False, True])
def test_a_server_that_never_ends_a_line_is_left(own_certificates, at_once):
    with serving(MailServer(own_certificates, drips=True, at_once=at_once)) as server:
        slow = mail(server, tls_from_the_start=at_once, seconds=0.05)
        with pytest.raises(TimedOut, match="localhost did not answer in time"):
            slow.deliver(letter())
