"""The report of a promotion stands alone, can be read by anyone, and obeys nobody's text."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from shared.domain.finding import Finding
from shared.domain.promotion import Phase
from shared.domain.state import SubjectState
from shared.service.promotion_story import PromotionStory, story_of
from shared.service.promotion_story.story import ApprovalsTold, ChainTold, Shares
from shared.web.promotion.in_html import promotion_report
from shared.web.promotion.in_markdown import promotion_markdown
from shared.web.promotion.traffic_chart import traffic_chart
from shared.web.promotion.words import phase_tone, phase_word
from shared.web.reports.links import known_link
from shared.web.reports.page import render
from tests.conftest import NOON
from tests.service.promoted import GATES, MODEL, OVERRIDE, PROMOTION, ROLLOUT, VERSION, Kept, kept

GOLDEN = Path(__file__).parent / "testdata" / "promotion.md"
HOSTILE = (
    "<script>alert(1)</script> | x\n## y\n##vso[task.complete] [a](https://evil.example)"
    " <img src=x onerror=y> &amp; `b` \u202e\u05d0\u05d1 " + "w" * 3000
)
BARE = PromotionStory(
    model=MODEL,
    version="9",
    stage="staging",
    phase=None,
    why="",
    begun=None,
    since=None,
    identity=None,
    owner=None,
    champion=None,
    missing=(),
    judgement=None,
    approvals=ApprovalsTold(needed=0, counted=0, bases=(), given=()),
    overrides=(),
    run=None,
    rollout=None,
    moments=(),
    chain=ChainTold(checked=0, first="", last=""),
)


def told(of: Kept) -> PromotionStory:
    return story_of(of.ledger, of.evidence, of.policies, MODEL, VERSION)


def hostile() -> PromotionStory:
    """Everything that others write says something it must not be able to."""
    gates: list[Finding] = [replace(one, sentence=HOSTILE, thing=HOSTILE) for one in GATES]
    run = replace(PROMOTION.run, address="javascript:alert(1)", by=HOSTILE, pipeline=HOSTILE)
    promotion = replace(
        PROMOTION,
        why=HOSTILE,
        champion=HOSTILE,
        missing=(HOSTILE,),
        run=run,
        approvals=tuple(
            replace(one, by=HOSTILE, why=HOSTILE, status=HOSTILE) for one in PROMOTION.approvals
        ),
        bases=tuple(replace(one, changed=HOSTILE) for one in PROMOTION.bases),
        rollout=replace(
            ROLLOUT,
            deployment=HOSTILE,
            why=HOSTILE,
            steps=tuple(
                replace(step, traffic={"blue": 50.0, HOSTILE: 50.0}) for step in ROLLOUT.steps
            ),
        ),
    )
    of = kept(promotion, gates)
    override = replace(
        OVERRIDE,
        gates=(HOSTILE,),
        author=HOSTILE,
        reason=HOSTILE,
        withdrawn=NOON,
        withdrawn_by=HOSTILE,
        withdrawn_because=HOSTILE,
    )
    of.ledger.state_of = SubjectState(
        promotions=of.ledger.state_of.promotions, overrides=(override,)
    )
    story = told(of)
    return replace(story, owner=HOSTILE, notes=(HOSTILE,), model=HOSTILE, stage=HOSTILE)


class Page(HTMLParser):
    """The elements of a page with their attributes, and whether each that opens closes."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, *tags):
        return [(tag, attributes) for tag, attributes in self.elements if tag in tags]


STORIES = {"whole": told(kept()), "hostile": hostile(), "bare": BARE}


@pytest.fixture(params=STORIES, scope="module")
def page(request):
    return Page(promotion_report(STORIES[request.param]))


def test_nothing_on_the_page_is_fetched_or_run(page):
    assert page.open == []
    assert not page.named("script", "img", "link", "iframe", "object", "form", "base")
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        assert (attributes.get("href") or "https://dev.azure.com/").startswith(
            "https://dev.azure.com/"
        )
    [policy] = [a["content"] for _, a in page.named("meta") if "http-equiv" in a]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_headings_go_down_one_at_a_time_from_a_single_title(page):
    levels = [int(tag[1]) for tag, _ in page.named("h1", "h2", "h3", "h4")]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_each_table_has_a_caption_and_each_heading_cell_a_scope(page):
    assert len(page.named("caption")) == len(page.named("table"))
    assert all(attributes.get("scope") in {"col", "row"} for _, attributes in page.named("th"))
    assert all("role" in attributes for _, attributes in page.named("table", "tr", "td", "th"))


def test_the_chart_is_told_in_words_to_whoever_cannot_see_it():
    page = Page(promotion_report(STORIES["whole"]))

    [label] = [a["aria-label"] for _, a in page.named("svg") if a.get("role") == "img"]
    assert "step 2: green 10 %, blue 90 %" in label
    assert "step 4: green 100 % (planned)" in label


def test_no_verdict_is_told_by_colour_alone():
    text = promotion_report(STORIES["whole"])

    for verdict, sign in (("pass", "✓"), ("inconclusive", "?"), ("error", "!")):
        badge = f'class="badge {verdict}"><span aria-hidden="true">{sign}</span> {verdict}</span>'
        assert badge in text


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("block", "canvas"), [(0, "#ffffff"), (1, "#121212")])
def test_the_colours_of_verdicts_can_be_read_in_light_and_in_dark(block, canvas):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 between text and what is behind it."""
    found = re.findall(r":root \{(.*?)\}", render("base.html.j2"), flags=re.DOTALL)[block]

    for name, colour in re.findall(r"--(pass|fail|inconclusive|error): (#[0-9a-f]{6})", found):
        light, dark = sorted((luminance(colour), luminance(canvas)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_what_others_wrote_is_shown_and_cut_but_never_obeyed():
    page = promotion_report(STORIES["hostile"])

    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "w" * 601 not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "so it is no link" in page


def test_what_others_wrote_makes_no_mark_in_markdown():
    text = promotion_markdown(STORIES["hostile"])

    assert "<script" not in text
    assert "<img" not in text
    assert "##vso[" not in text
    assert "](https://evil" not in text
    assert "\u202e" not in text
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[1:] == [
        f"## {title}"
        for title in (
            "What is missing",
            "Gates",
            "Approvals",
            "Overrides",
            "Traffic",
            "What happened",
            "Hash chain",
        )
    ]
    columns = {line.count("|") for line in text.splitlines() if line.startswith("| ---")}
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} <= columns


def test_the_report_in_markdown_is_the_one_that_was_read_by_a_person():
    """But for the hashes: those are of values that grow fields."""
    text = re.sub("`[0-9a-f]{16,64}`", "`hash`", promotion_markdown(STORIES["whole"]))

    assert text == GOLDEN.read_text(encoding="utf-8")


def test_a_promotion_of_which_little_is_known_says_so_in_both_forms():
    for text in (promotion_report(BARE), promotion_markdown(BARE)):
        assert "No gate was judged yet." in text
        assert "No decision of it is known." in text
        assert "no longer remembered" in text


@pytest.mark.parametrize("phase", [None, *Phase])
def test_each_phase_has_a_word_and_one_of_the_four_tones_or_none(phase):
    assert phase_word(phase)
    assert phase_tone(phase) in {"", "pass", "fail", "inconclusive", "error"}


@pytest.mark.parametrize(
    "address",
    [
        "http://dev.azure.com/contoso",
        "https://dev.azure.com.evil.example/",
        "https://evil.example/dev.azure.com",
        "https://user@github.com/",
        "https://github.com:8443/",
        "https://github.com\\@evil.example/",
        "https://[broken",
        "https://github.com/ x",
        "javascript:alert(1)//github.com",
        "https://github.com/" + "x" * 2000,
        "",
        None,
    ],
)
def test_an_address_that_is_not_that_of_a_platform_is_no_link(address):
    assert known_link(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/contoso/ml/actions/runs/7",
        "https://contoso.visualstudio.com/ml/_build/results?buildId=7",
    ],
)
def test_the_address_of_a_platform_is_a_link(address):
    assert known_link(address) == address


def test_a_column_holds_at_most_the_whole_traffic_and_odd_shares_are_kept_within():
    chart = traffic_chart([Shares(traffic={"a": 80.0, "b": 80.0, "c": -5.0}, at=NOON)], "b")

    assert chart is not None
    heights = [block.height for block in chart.blocks]
    whole = chart.lines[0][0] - chart.lines[2][0]
    assert sum(heights) == pytest.approx(whole)
    assert [block.title for block in chart.blocks] == [": b 80 %", ": a 20 %"]


def test_of_many_splits_the_first_and_the_last_are_drawn():
    many = [
        Shares(traffic={"green": float(n), "blue": 100.0 - n}, at=NOON + timedelta(hours=n))
        for n in range(30)
    ]
    chart = traffic_chart(many, "green")

    assert chart is not None
    assert (len(chart.labels), chart.left_out) == (12, 18)
    assert traffic_chart([Shares(traffic={})], "green") is None
