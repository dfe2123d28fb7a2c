"""What others wrote can neither hide, nor reorder, nor call, nor lead away."""

import pytest

from shared.domain.policy import ChannelKind
from shared.rendering import render
from shared.rendering.escaping import (
    as_html,
    clean,
    clean_line,
    isolated,
    literal,
    mrkdwn,
    unlinked,
)
from tests.rendering.cases import CASES, PAGES, sending


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\ufeffb\u00adc\u2060d\U000e0041", "abcd"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("a\u2028b\x85c\r\nd\re", "a\nb\nc\nd\ne"),
        ("\ud800lone", "lone"),
        ("zero\u200bwidth\u200d joined", "zerowidth joined"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬 lab", "👩\u200d🔬 lab"),
        ("z" + "\u0300\u0489" * 300, "z" + "\u0300\u0489" * 2),
        ("  a \t b  \n\n\n\n c ", "a b\n\nc"),
    ],
)
def test_signs_that_nobody_sees_are_left_out(written, shown):
    assert clean(written) == shown


def test_a_line_of_text_has_no_breaks():
    assert clean_line("one\u2029two\n\n three") == "one two three"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("HTTPS://Evil.Example/x", "HTTPS[:]//Evil.Example/x"),
        ("http://portal.azure.com/x", "http[:]//portal.azure.com/x"),
        ("https://portal.azure.com/x", "https://portal.azure.com/x"),
        ("https://portal.azure.com.evil.example", "https[:]//portal.azure.com.evil.example"),
        ("https://portal.azure.com:8443/", "https[:]//portal.azure.com:8443/"),
        (f"{PAGES}/console/alerts/1", f"{PAGES}/console/alerts/1"),
        (f"{PAGES}.evil.example/", f"https[:]//{PAGES[8:]}.evil.example/"),
        ("https://[evil", "https[:]//[evil"),
        ("javascript:alert(1) mailto:a@b.c", "javascript[:]alert(1) mailto[:]a@b.c"),
        ("azureml://datastores/x and wwww.x", "azureml://datastores/x and wwww.x"),
    ],
)
def test_only_addresses_of_ours_and_of_the_platforms_stay_links(written, shown):
    assert unlinked(written, PAGES) == shown


def test_words_from_right_to_left_are_enclosed_together():
    assert isolated("a שלום עולם 5 b") == "a \u2068שלום עולם\u2069 5 b"
    assert isolated("plain") == "plain"


def test_slack_is_called_by_nothing():
    assert mrkdwn("<!here> <@U1> <#C1> @Channel <b>&") == (
        "&lt; !here&gt; &lt; @U1&gt; &lt; #C1&gt; @ Channel &lt;b&gt;&amp;"
    )
    assert literal("mail me@here.example or @hereby") == "mail me@ here.example or @ hereby"


def test_html_of_others_is_text():
    assert (
        as_html("<img src=x onerror='a'>\n&") == "&lt;img src=x onerror=&#x27;a&#x27;&gt;<br>&amp;"
    )


@pytest.mark.parametrize("kind", list(ChannelKind))
def test_hostile_names_do_nothing_in_any_channel(kind):
    told, pages = CASES["hostile-names"]

    message = str(render(kind, sending(kind, told, pages)))

    for sign in "\u202e\u202c\u2066\u200b":
        assert sign not in message
    if kind in {ChannelKind.EMAIL, ChannelKind.WORK_ITEM}:
        html = render(kind, sending(kind, told, pages))["html"]
        assert "<b>age" not in html
        assert 'href="https://evil' not in html
    if kind is ChannelKind.SLACK:
        assert "<!channel>" not in message
        assert "@here" not in message
