"""Whatever a notice holds, every channel gets a message that it can take."""

import json
import re
from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shared.domain.alert import AlertKind, Severity
from shared.domain.notices import NoticedAlert, NoticeReason
from shared.domain.policy import ChannelKind
from shared.rendering import render
from tests.rendering.cases import CASES, NOON, PAGES, notice, sending

HIDDEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200b\u200f\ufeff\x00"
_BITS = ["<b>", "&amp;", "<!channel>", "@here", "\u202e", "\u2067", "](https://evil.example)", "\n"]
_BITS += [
    "a word ",
    "שלום",
    "e\u0301\u0301\u0301\u0301\u0301\u0301",
    "\x00",
    "👩\u200d🔬",
    "{{ 7 }}",
]
text = st.lists(st.one_of(st.sampled_from(_BITS), st.text(max_size=5)), max_size=6).map("".join)


def made(words, times, many, reason, severity, ended, minutes, omitted):
    """A notice whose texts are these four words, some of them many times."""
    long = words[0] * times
    alert = NoticedAlert(
        fingerprint="0123456789abcdef",
        kind=AlertKind.DRIFT,
        severity=severity,
        subject=f"endpoint/{words[1]}",
        title=long,
        text=f"{long}{words[2]}",
        first_step=long,
        since=NOON - timedelta(minutes=minutes),
        labels={words[2]: words[3]},
        new=True,
        ended=ended,
        over=long if ended else None,
        owner=words[3] or None,
    )
    return notice(
        reason,
        *[alert] * many,
        title=words[1],
        scope=words[2],
        labels={"deployment": words[3]},
        omitted=omitted,
        folded={words[0]: 1, long: 2},
        summary=long,
    )


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def of_slack(message):
    blocks = message["blocks"]
    assert len(blocks) <= 50
    assert len(message["text"]) <= 3000
    assert "<" not in message["text"]
    for block in blocks:
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
        for element in block.get("elements", []):
            assert len(json.dumps(element, ensure_ascii=False)) <= 6000
        if block["type"] == "actions":
            assert all(len(button["text"]["text"]) <= 75 for button in block["elements"])
        if block["type"] == "context":
            assert len(block["elements"]) <= 10
    assert not any("<!" in one or "@here" in one for one in strings(blocks))


def of_teams(message):
    assert len(json.dumps(message).encode()) < 20_000
    [attachment] = message["attachments"]
    card = attachment["content"]
    assert card["version"] <= "1.4"
    assert {action["type"] for action in card["actions"]} <= {"Action.OpenUrl"}
    assert '"TextBlock"' not in json.dumps(card)


def of_pagerduty(message):
    assert 1 <= len(message["payload"]["summary"]) <= 1024
    assert len(message["dedup_key"]) <= 255
    assert len(json.dumps(message).encode()) < 100_000


def of_mail(message):
    assert len(message["subject"]) <= 150
    assert "\n" not in message["subject"]
    of_html(message["html"])


def of_html(html):
    assert len(html.encode()) <= 120_000
    assert "<b>" not in html
    assert html.count("href=") == html.count(f'href="{PAGES}/')


CHECKS = {
    ChannelKind.SLACK: of_slack,
    ChannelKind.TEAMS: of_teams,
    ChannelKind.PAGERDUTY: of_pagerduty,
    ChannelKind.EMAIL: of_mail,
    ChannelKind.WEBHOOK: lambda message: len(json.dumps(message)) < 256_000,
    ChannelKind.WORK_ITEM: lambda message: of_html(message["html"]),
    ChannelKind.LOG: lambda message: len(message["text"]) < 20_000,
}


@settings(max_examples=6, database=None, phases=[Phase.generate])
@given(
    words=st.lists(text, min_size=4, max_size=4),
    times=st.sampled_from([1, 80, 400]),
    many=st.sampled_from([1, 3, 30]),
    reason=st.sampled_from(NoticeReason),
    severity=st.sampled_from(Severity),
    ended=st.sampled_from([None, NOON]),
    minutes=st.integers(-5, 5000),
    omitted=st.integers(0, 3),
    pages=st.sampled_from([None, PAGES]),
)
def test_any_notice_fits_every_channel_and_hides_nothing(pages, **shape):
    told = made(**shape)
    for kind, check in CHECKS.items():
        message = render(kind, sending(kind, told, pages))

        written = json.dumps(message, ensure_ascii=False, allow_nan=False)
        written.encode()
        assert "0123456789abcdef" in written
        assert not set(HIDDEN) & set(written)
        assert check(message) is not False


def test_a_very_long_notice_says_what_it_leaves_out():
    told, pages = CASES["very-long"]

    message = json.dumps(render(ChannelKind.TEAMS, sending(ChannelKind.TEAMS, told, pages)))

    assert re.search(r"\d+ alerts are not listed here: driftgate alerts", message)
    assert "Cut to fit; the report has the whole text." in message
