"""Channels on files, and which channels a machine has."""

import json

import pytest

from shared.adapters.channels.email_smtp import SmtpMail
from shared.adapters.embedded.channels import FileChannels
from shared.bootstrap import build
from shared.domain.policy import ChannelKind
from shared.errors import NotAllowed
from shared.settings import Settings
from tests.integration.channels.world import render, sending


@pytest.fixture
def channels(tmp_path):
    return FileChannels(tmp_path, render).by_kind()


@pytest.mark.parametrize("kind", ChannelKind)
def test_what_would_be_sent_is_a_file_of_the_receiver(channels, tmp_path, kind):
    reference = channels[kind].deliver(sending(kind, address="https://hooks.example.com/x"))

    name = "ops/20260203T120000.000000Z-0123456789abcdef"
    written = json.loads((tmp_path / f"{name}.json").read_bytes())
    assert reference == {"file": name}
    assert written["channel"] == kind
    assert written["payload"].keys() == render(kind, sending(kind)).keys()
    assert (tmp_path / f"{name}.txt").read_text().startswith("Drift in income")


def test_a_repeat_writes_over_its_own_files(channels, tmp_path):
    for order in ("n-1.1", "n-1.1", "n-1.2"):
        channels[ChannelKind.SLACK].deliver(sending(ChannelKind.SLACK, order=order))

    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_name_that_is_a_path_stays_below_the_folder(channels, tmp_path):
    channels[ChannelKind.LOG].deliver(
        sending(ChannelKind.LOG, group="../../g", name="../../../etc/ops")
    )

    [folder] = list(tmp_path.iterdir())
    assert folder.name == "_etc_ops"
    assert len(list(folder.iterdir())) == 2


def connected(tmp_path, **settings):
    environment = {"DRIFTGATE_HOME": str(tmp_path / "home"), **settings}
    return build(Settings.from_environment(environment)).adapters.channels


def test_a_machine_without_settings_tells_files(tmp_path):
    made = connected(tmp_path)

    assert made.keys() == set(ChannelKind)
    assert {type(one) for one in made.values()} == {FileChannels}


def test_a_machine_that_is_told_to_tells_people(tmp_path):
    made = connected(
        tmp_path,
        DRIFTGATE_CHANNELS="real",
        DRIFTGATE_SMTP="mail:25",
        DRIFTGATE_MAIL_FROM="driftgate@example.com",
        DRIFTGATE_MAIL_DOMAINS="example.com",
    )

    assert made.keys() == set(ChannelKind)
    assert isinstance(made[ChannelKind.EMAIL], SmtpMail)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [(ChannelKind.EMAIL, "DRIFTGATE_SMTP"), (ChannelKind.WORK_ITEM, "DRIFTGATE_DEVOPS_URL")],
)
def test_a_channel_without_its_settings_says_which_they_are(tmp_path, kind, setting):
    with pytest.raises(NotAllowed, match=setting):
        connected(tmp_path, DRIFTGATE_CHANNELS="real")[kind].deliver(sending(kind))
