"""Settings of the channels: what is wrong is named, and no secret is shown."""

import pytest

from shared.channel_settings import ChannelSettings
from shared.environment import InvalidSetting
from shared.hosts import HostEntry
from shared.settings import Settings
from tests.test_settings import AZURE

MAIL = {"DRIFTGATE_MAIL_FROM": "driftgate@example.com", "DRIFTGATE_MAIL_DOMAINS": "example.com"}


def channels(environment, **more):
    made = Settings.from_environment({**environment, **more}).channels
    assert isinstance(made, ChannelSettings)
    return made


@pytest.mark.parametrize(
    ("environment", "word", "real"),
    [({}, "", False), ({}, "real", True), (AZURE, "", True), (AZURE, "files", False)],
)
def test_people_are_told_from_azure_and_into_files_elsewhere_unless_it_is_said(
    environment, word, real
):
    assert channels(environment, DRIFTGATE_CHANNELS=word).real is real


def test_secrets_are_read_by_name_and_not_shown():
    made = channels({"DRIFTGATE_SECRET_SLACK": "abc", "DRIFTGATE_SECRET_EMPTY": "", "OTHER": "x"})

    assert made.secrets == {"SLACK": "abc"}
    assert "abc" not in repr(made)


def test_a_secret_that_the_vault_did_not_give_does_not_stop_the_service():
    reference = "@Microsoft.KeyVault(SecretUri=https://vault.example.com/secrets/a)"

    assert channels({"DRIFTGATE_SECRET_A": reference}).secrets == {"A": reference}


def test_hosts_are_those_that_are_named():
    made = channels({"DRIFTGATE_CHANNEL_HOSTS": " Hooks.example.com;*.corp.example.com:8443; "})

    assert made.hosts == (
        HostEntry(name="hooks.example.com"),
        HostEntry(name="corp.example.com", port=8443, below=True),
    )


def test_mail_goes_by_a_server_or_by_azure():
    over_smtp = channels(MAIL, DRIFTGATE_SMTP="mail.internal")
    by_azure = channels(MAIL, DRIFTGATE_MAIL_ENDPOINT="https://a.communication.azure.com/")

    assert (over_smtp.smtp, over_smtp.mail_domains) == (("mail.internal", 587), ("example.com",))
    assert by_azure.mail_endpoint == "https://a.communication.azure.com"
    assert channels(MAIL).smtp is None


def test_the_address_of_the_pages_is_for_links():
    made = Settings.from_environment({"DRIFTGATE_PUBLIC_URL": "https://driftgate.example.com/"})

    assert made.public_url == "https://driftgate.example.com"
    assert Settings.from_environment({}).public_url is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CHANNELS", "both", "use `files` or `real`"),
        ("CHANNEL_HOSTS", "https://hooks.example.com", "write hosts such as"),
        ("CHANNEL_HOSTS", "*.com", "write hosts such as"),
        ("CHANNEL_HOSTS", "*", "write hosts such as"),
        ("CHANNEL_HOSTS", "10.0.0.1", "write hosts such as"),
        ("CHANNEL_HOSTS", "hooks.*.example.com", "write hosts such as"),
        ("CHANNEL_HOSTS", "a.example.com:0", "write hosts such as"),
        ("CHANNEL_HOSTS", "a.example.com:99999", "write hosts such as"),
        ("CHANNEL_HOSTS", "hooks.slаck.com", "write hosts such as"),
        ("CHANNEL_HOSTS", "a.example.com,b.example.com", "write hosts such as"),
        ("SMTP", "mail.example.com", "Mail needs DRIFTGATE_MAIL_FROM"),
        ("SMTP", "mail.example.com:smtp", "write host:port"),
        ("SMTP", "smtp://mail.example.com", "write host:port"),
        ("SMTP", "mail.example.com:70000", "write host:port"),
        ("MAIL_FROM", "Driftgate <d@example.com>", "without a name"),
        ("MAIL_DOMAINS", "@example.com", "write domains such as example.com"),
        ("MAIL_DOMAINS", "*.example.com", "write domains such as example.com"),
        ("MAIL_ENDPOINT", "http://a.communication.azure.com", "write https://<name>"),
        ("MAIL_ENDPOINT", "https://u:p@a.communication.azure.com", "write https://<name>"),
        ("PUBLIC_URL", "driftgate.example.com", "write https://host"),
        ("PUBLIC_URL", "javascript:alert(1)", "write https://host"),
        ("PUBLIC_URL", 'https://a.example.com/"onclick', "write https://host"),
        ("PUBLIC_URL", "https://[a", "write https://host"),
        ("PUBLIC_URL", "https://a.example.com/?code=abc", r"has a \? or # in it"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_to_write(name, value, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        channels({f"DRIFTGATE_{name}": value})


def test_mail_that_would_go_two_ways_is_refused():
    with pytest.raises(InvalidSetting, match="both set; mail goes one way"):
        channels(
            MAIL, DRIFTGATE_SMTP="mail", DRIFTGATE_MAIL_ENDPOINT="https://a.communication.azure.com"
        )
