"""What each message says, and the order it says it in."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.alert import AlertKind, Severity
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.rendering import render
from tests.rendering.cases import (
    CASES,
    ERRORS,
    FORGOTTEN,
    INCIDENT,
    NOON,
    PAGES,
    notice,
    sending,
)

OWNED = replace(INCIDENT, new=False, owner="anna@example.org")
OVER = replace(INCIDENT, ended=NOON, over="it has traffic")
ORDER = [
    "Critical: ",
    "first message",
    "11:30 UTC, for 30 min",
    "carries loan-default:7",
    "Give it",
]


def text_of(told, pages=PAGES):
    return render(ChannelKind.LOG, sending(ChannelKind.LOG, told, pages))["text"]


def event_of(told):
    return render(ChannelKind.PAGERDUTY, sending(ChannelKind.PAGERDUTY, told))


@pytest.mark.parametrize(
    "kind", [kind for kind in ChannelKind if kind is not ChannelKind.WEBHOOK], ids=str
)
def test_every_channel_keeps_one_order(kind):
    message = render(kind, sending(kind, *CASES["incident"]))
    written = str(message.get("html") or message.get("payload") or message.get("blocks") or message)

    places = [written.rindex(part) if part == "Give it" else written.find(part) for part in ORDER]

    assert -1 not in places
    assert places == sorted(places)


def test_without_pages_the_command_is_where_to_read():
    text = text_of(CASES["incident"][0], None)

    assert "Explain: driftgate explain 9c1d0a2b3c4d5e6f" in text
    assert "http" not in text


def test_what_is_over_is_told_by_its_end_and_asks_for_nothing():
    text = text_of(notice(NoticeReason.ALL_RESOLVED, OVER))

    assert text.startswith("Over: ")
    assert "From: 2026-02-03 11:30 to 12:00 UTC, 30 min\nEnded by: It has traffic" in text
    assert "First:" not in text
    assert "silence" not in text


def test_what_somebody_has_is_not_offered_to_be_taken_on():
    text = text_of(CASES["acknowledged"][0])

    assert "anna@example.org has taken it on." in text
    assert "Owner: anna@example.org" in text
    assert "driftgate acknowledge" not in text


def test_the_worst_and_then_the_newest_come_first():
    old = replace(ERRORS, new=False, title="an old one", fingerprint="0" * 16)
    text = text_of(notice(NoticeReason.NEW_ALERTS, OVER, FORGOTTEN, old, INCIDENT))

    headings = re.findall(r"^(?:Critical|Warning|Over): \w+ \w+", text, re.MULTILINE)
    assert headings[1:] == [
        "Critical: deployment green",
        "Critical: an old",
        "Warning: deployment red",
        "Over: deployment green",
    ]


def test_of_many_alerts_the_less_important_are_told_in_short():
    text = text_of(CASES["very-long"][0])

    assert text.count("\nFirst: ") == 3
    assert text.count("\nFingerprint: ") == 10
    assert "16 alerts are not listed here: driftgate alerts" in text


def test_the_end_of_an_endless_text_is_kept():
    endless = replace(INCIDENT, text="it began\n" + "a line\n" * 20_000 + "it means this")

    assert "it began\na line" in text_of(notice(NoticeReason.FIRST, endless))
    assert "lines more\nit means this\n" in text_of(notice(NoticeReason.FIRST, endless))


@pytest.mark.parametrize(
    ("reason", "alerts", "said"),
    [
        (NoticeReason.FIRST, (INCIDENT,), "This is the first message about it."),
        (NoticeReason.NEW_ALERTS, (INCIDENT, FORGOTTEN), "1 of these is new."),
        (NoticeReason.NEW_ALERTS, (INCIDENT, ERRORS), "All of these are new."),
        (NoticeReason.NEW_ALERTS, (FORGOTTEN,), "More came to it."),
        (NoticeReason.WORSE, (INCIDENT,), "It became worse."),
        (NoticeReason.SOME_RESOLVED, (OVER, INCIDENT), "1 of these is over."),
        (NoticeReason.SOME_RESOLVED, (INCIDENT,), "Some of it is over."),
        (NoticeReason.ALL_RESOLVED, (OVER,), "It is over."),
        (NoticeReason.ALL_RESOLVED, (OVER, OVER), "All of it is over."),
        (NoticeReason.REPEAT, (INCIDENT,), "It is not over; this is message 1 about it."),
        (NoticeReason.SILENCE_ENDED, (INCIDENT,), "What held it back has ended"),
        (NoticeReason.ACKNOWLEDGED, (INCIDENT,), "Somebody has taken it on."),
        (NoticeReason.ACKNOWLEDGEMENT_ENDED, (INCIDENT,), "Nobody has it any more"),
        (NoticeReason.FLAPPING, (INCIDENT,), "It comes and goes"),
        (NoticeReason.CALM, (INCIDENT,), "It has stopped to come and go."),
        (NoticeReason.DIGEST, (), "More came than this receiver is sent one by one."),
    ],
)
def test_it_says_why_it_is_sent_now(reason, alerts, said):
    assert text_of(notice(reason, *alerts)).splitlines()[1].startswith(said)


def test_clocks_that_differ_make_no_time_below_nothing():
    ahead = replace(INCIDENT, since=NOON + timedelta(seconds=40))

    assert "Since: 2026-02-03 12:00 UTC\n" in text_of(notice(NoticeReason.FIRST, ahead))


def test_a_digest_lists_what_it_can_and_says_where_the_rest_is():
    text = text_of(CASES["digest"][0])

    assert text.startswith("Digest, warning: 57 more alerts of 9 models: 41 drift, 12 no_inf")
    assert (
        "\nWarning: deployment red of loan-endpoint has served nothing for 8 d (2 alerts)" in text
    )
    assert "55 alerts are not listed here: driftgate alerts" in text


def test_a_digest_whose_title_does_not_count_counts_by_kind():
    told = notice(NoticeReason.DIGEST, title="a busy hour", folded={"slow": 4, "kpi_silent": 9})

    assert "By kind: kpi silent 9, slow 4.\nAll of them: driftgate alerts" in text_of(told)


def test_an_alert_without_a_title_is_told_by_its_kind():
    assert text_of(notice(NoticeReason.FIRST, replace(INCIDENT, title=" \u202e"))).startswith(
        "Critical: no traffic\n"
    )


@pytest.mark.parametrize(
    ("told", "action"),
    [
        (CASES["incident"][0], "trigger"),
        (CASES["resolved"][0], "resolve"),
        (CASES["acknowledged"][0], "acknowledge"),
        (notice(NoticeReason.ACKNOWLEDGED, OWNED, ERRORS), "trigger"),
        (notice(NoticeReason.ACKNOWLEDGED, OWNED, omitted=1), "trigger"),
        (notice(NoticeReason.ACKNOWLEDGED, OWNED, OVER), "acknowledge"),
        (notice(NoticeReason.SOME_RESOLVED, OWNED, OVER), "acknowledge"),
        (notice(NoticeReason.NEW_ALERTS, OWNED), "trigger"),
        (CASES["digest"][0], "trigger"),
        (notice(NoticeReason.SOME_RESOLVED, OVER, INCIDENT), "trigger"),
        (notice(NoticeReason.ALL_RESOLVED, OVER, omitted=2), "trigger"),
    ],
)
def test_an_incident_is_opened_taken_and_closed_by_the_groups_key(told, action):
    event = event_of(told)

    assert (event["event_action"], event["dedup_key"]) == (action, told.group)


def test_mails_of_a_group_have_one_subject_whatever_its_state():
    told = [CASES["incident"][0], CASES["resolved"][0]]

    subjects = {render(ChannelKind.EMAIL, sending(ChannelKind.EMAIL, n))["subject"] for n in told}

    assert subjects == {"[Driftgate] loan-default, green [591785b7]"}


def test_html_and_text_of_a_mail_say_the_same():
    mail = render(ChannelKind.EMAIL, sending(ChannelKind.EMAIL, *CASES["group-of-three"]))
    shown = re.sub(r"<style>.*?</style>", "", mail["html"], flags=re.DOTALL)
    words = set(re.findall(r"[\w-]{3,}", re.sub(r"<[^>]+>", " ", shown)))

    missing = {word for word in re.findall(r"[\w-]{3,}", mail["text"]) if word not in words}

    assert {word for word in missing if word not in mail["html"]} == set()


@pytest.mark.parametrize(
    "kind",
    [AlertKind.CHANNEL_FAILED, AlertKind.RETRAINING_STALLED, AlertKind.RETRAINING_STOPPED],
)
def test_alerts_of_driftgate_itself_name_no_model(kind):
    own = replace(
        INCIDENT,
        kind=kind,
        subject="receiver/teams-ml",
        title="the channel of teams-ml fails for 20 min",
        severity=Severity.WARNING,
        labels={},
    )

    text = text_of(notice(NoticeReason.FIRST, own, scope="receiver.teams-ml"))

    assert "model receiver" not in text
    assert text.startswith("Warning: the channel of teams-ml fails for 20 min\n")
