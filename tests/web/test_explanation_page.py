"""The page of an alert stands alone, can be read by anyone, and obeys nobody's text."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

from shared.domain.verdict import Verdict
from shared.service.explaining import Explanation
from shared.service.explaining.explanation import AlertFacts, Moment, Thing, ThingKind
from shared.web.known.explanation_page import explanation_page
from tests.conftest import NOON

HOSTILE = (
    "<script>alert(1)</script> | x <img src=x onerror=y> &amp; `b` \u202e\u05d0\u05d1 "
    "javascript:alert(1) " + "w" * 6000
)
ALERT = AlertFacts(
    fingerprint="3a040243cb4550d5",
    kind="no_traffic",
    severity="critical",
    subject="endpoint/loan-endpoint",
    title="green has no traffic",
    text="It succeeded 30 min ago.\nIt carries loan-default:8.",
    first_step="Give it traffic.",
    since=NOON,
    labels={"deployment": "green"},
)
MOMENT = Moment(
    at=NOON,
    subject="endpoint/loan-endpoint",
    event="routing check",
    rule="routing",
    reason="no_traffic",
    sentence="Raised by the routing check.",
    verdict=Verdict.FAIL,
    decision="d" * 64,
    figures="traffic_percent 0, limit 0",
    repeats=2,
    until=NOON + timedelta(hours=1),
)
STORY = Explanation(
    thing=Thing(kind=ThingKind.ALERT, name=ALERT.fingerprint),
    at=NOON,
    title=ALERT.title,
    now=("It is firing.", "on-call was told."),
    facts=(("deployment", "green"),),
    moments=(MOMENT,),
    alert=ALERT,
    evidence="e" * 64,
    policy="p" * 64,
    commands=(("Silence it", "driftgate silence ..."),),
    notes=("Older ones are in the ledger.",),
)


class Page(HTMLParser):
    """The elements of a page, and whether each that opens closes."""

    def __init__(self, text):
        super().__init__()
        self.names, self.open, self.attributes, self.text = [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def hostile():
    facts = dict.fromkeys(("kind", "severity", "subject", "title", "text"), HOSTILE)
    return replace(
        STORY,
        thing=Thing(kind=ThingKind.ALERT, name=HOSTILE),
        title=HOSTILE,
        now=(HOSTILE,),
        facts=((HOSTILE, HOSTILE),),
        moments=(replace(MOMENT, sentence=HOSTILE, subject=HOSTILE, figures=HOSTILE),),
        alert=replace(ALERT, first_step=HOSTILE, **facts),
        commands=((HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
    )


def test_it_says_what_since_when_the_first_step_what_was_decided_and_what_to_do():
    page = Page(explanation_page(STORY))
    text = " ".join(page.text.split())

    assert page.open == []
    for told in (
        "green has no traffic",
        "✕ firing",
        "It is firing.",
        "First: Give it traffic.",
        "2026-02-03 12:00 UTC Raised by the routing check. traffic_percent 0, limit 0",
        "The same 2 more times, last 2026-02-03 13:00 UTC.",
        "routing, no traffic; routing check of endpoint/loan-endpoint; fail; decision dddddddd",
        "Silence it",
        "Older ones are in the ledger.",
    ):
        assert told in text


def test_nothing_that_others_wrote_is_obeyed_and_nothing_is_fetched():
    html = explanation_page(hostile())
    page = Page(html)

    assert not {"script", "img", "iframe", "link", "form", "a"} & set(page.names)
    assert not {"src", "href", "onerror", "action"} & page.attributes
    assert "default-src 'none'" in html
    assert "\u202e" not in html
    assert len(html) < 40_000


def test_what_is_over_says_since_when_and_other_things_have_a_page_too():
    over = replace(STORY, alert=replace(ALERT, ended=NOON + timedelta(hours=2), severity="info"))
    bare = Explanation(
        thing=Thing(kind=ThingKind.EVENT, name="e1"), at=NOON, title="CheckDue", now=("Decided.",)
    )

    assert "✓ over" in Page(explanation_page(over)).text
    assert "Nothing was decided of it that is kept." in Page(explanation_page(bare)).text


def test_the_link_to_silence_in_a_message_leads_to_what_can_be_done():
    assert '<h2 id="silence">What you can do</h2>' in explanation_page(STORY)
