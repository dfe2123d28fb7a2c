"""Templates of operators: what they may do, and that none of them ever loses a notice."""

from dataclasses import replace

import pytest

from shared.domain.policy import ChannelKind
from shared.rendering import render
from tests.rendering.cases import CASES, ERRORS, INCIDENT, NOON, PAGES, notice, sending

EXAMPLE = """{{ why }}
{% for alert in alerts %}
{{ loop.index }}. {{ alert.title }} ({{ alert.lasting }}{% if alert.owner %}, {{ alert.owner }}\
{% endif %})
{% for name, value in alert.labels|items %}{{ name }}={{ value }} {% endfor %}

{% endfor %}
Runbook: https://runbooks.example.net/{{ alerts[0].kind }}"""


def text_of(template, told=None, kind=ChannelKind.LOG):
    told = told or notice(CASES["incident"][0].reason, INCIDENT, ERRORS)
    return render(kind, sending(kind, told, PAGES, template))["text"]


def mailed(template, name, kind=ChannelKind.EMAIL):
    told = notice(CASES["incident"][0].reason, replace(INCIDENT, title="<b>0 %</b> & less"))
    named = sending(kind, told, PAGES, template)
    return render(kind, replace(named, receiver=replace(named.receiver, template=name)))


def test_a_template_takes_the_place_of_the_alerts_text():
    text = text_of(EXAMPLE)

    assert "1. deployment green of loan-endpoint succeeded 30 min ago" in text
    assert "(2026-02-03 11:40 UTC, for 20 min)\ndeployment=blue" in text
    assert "Runbook: https://runbooks.example.net/no_traffic" in text
    assert "carries loan-default:7" not in text
    assert "Acknowledge the first: driftgate acknowledge 9c1d0a2b3c4d5e6f --because" in text


@pytest.mark.parametrize("kind", [ChannelKind.TEAMS, ChannelKind.SLACK, ChannelKind.PAGERDUTY])
def test_every_channel_shows_the_templates_text(kind):
    message = str(render(kind, sending(kind, CASES["incident"][0], PAGES, "<i>{{ scope }}</i>!")))

    assert "<i>loan-default</i>!" in message


def test_the_text_of_a_template_is_no_html():
    assert "&lt;i&gt;loan-default&lt;/i&gt;" in mailed("<i>{{ scope }}</i>", "mail.j2")["html"]


@pytest.mark.parametrize("kind", [ChannelKind.EMAIL, ChannelKind.WORK_ITEM])
def test_a_template_named_as_html_may_write_it_and_its_values_are_escaped(kind):
    html = mailed("<i>{{ alerts[0].title }}</i>", "mail.html.j2", kind)["html"]

    assert "<i>&lt;b&gt;0 %&lt;/b&gt; &amp; less</i>" in html


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{% if %}", "line 1: Expected an expression"),
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{{ alerts[7].title }}", "no element 7"),
        ("{{ title / 0 }}", "line 1: div is not allowed"),
        ("{{ 'a' * 1000000000 }}", "line 1: mul is not allowed"),
        ("{{ title ~ title }}", "line 1: concat is not allowed"),
        ("\n{% set x = 1 %}", "line 2: assign is not allowed"),
        ("{% for i in range(9) %}{% endfor %}", "line 1: call is not allowed"),
        ("{% include 'fleet.yaml' %}", "line 1: include is not allowed"),
        ("{% macro m() %}{% endmacro %}", "line 1: macro is not allowed"),
        ("{{ title.__class__ }}", "line 1: __class__ is private"),
        ("{{ title['__class__'] }}", "is unsafe"),
        ("{{ _counted }}", "line 1: _counted is private"),
        ("{{ title|attr('x') }}", "No filter named 'attr'"),
        ("{{ title|join('x') }}", "join is for lists"),
        ("{{ alerts|join('" + "x" * 21 + "') }}", "at most 20 characters"),
        ("{{ 1e400|int }}", "name 'inf' is not defined"),
        ("{{ title|truncate(1) }}", "expected length >= 3"),
        ("{{ number|round(999999999, 'ceil') }}", "round takes 0 to 10 digits"),
        ("{{ number|round('-999999999'|int) }}", "round takes 0 to 10 digits"),
        (
            "{% for a in alerts[0].text %}"
            + "{% if alerts[0].text|title|title == '' %}{% endif %}" * 99
            + "{% endfor %}",
            "too much to do",
        ),
        (
            "{% for a in title %}" * 2 + "{% if a %}{% endif %}" * 700 + "{% endfor %}" * 2,
            "too much to do",
        ),
        ("{% for a in alerts recursive %}{% endfor %}", "a loop may not be recursive"),
        ("{% for a in alerts[0].text %}" * 3 + "{% endfor %}" * 3, "more than 2000 turns"),
        ("{{ " + "(" * 60 + "1" + ",)" * 60 + " }}", "nested more than 30 deep"),
        ("x" * 20_001, "it has 20001 characters"),
        ("{{ '' }}", "it wrote nothing"),
    ],
)
def test_a_template_that_fails_is_told_under_the_built_in_text(template, why):
    text = text_of(template)

    assert "carries loan-default:7" in text
    assert "The template could not be used, so this is the built-in text: " in text
    assert why in text


def test_a_template_that_writes_too_much_is_cut():
    text = text_of("{% for a in alerts[0].text %}{{ alerts[0].text }}\n{% endfor %}")

    assert len(text) < 7_000
    assert "…" in text


def test_a_template_that_is_not_there_is_told_as_well():
    told = sending(ChannelKind.LOG, CASES["incident"][0])
    named = replace(told, receiver=replace(told.receiver, template="gone.j2"))

    assert "the built-in text: gone.j2 could not be read" in render(ChannelKind.LOG, named)["text"]


def test_half_a_sign_that_a_template_writes_keeps_no_mail_back():
    assert "half ?" in mailed("half {{ '\\ud800' }}", "mail.html.j2")["html"]


def test_html_is_for_channels_that_show_it():
    told = sending(ChannelKind.SLACK, CASES["incident"][0], PAGES, "<b>x</b>")
    named = replace(told, receiver=replace(told.receiver, template="slack.html.j2"))

    assert "which slack does not show" in str(render(ChannelKind.SLACK, named))


def test_values_are_clean_before_a_template_sees_them():
    told = notice(
        CASES["incident"][0].reason,
        replace(INCIDENT, text="a\u202eb https://evil.example", ended=NOON, over="it\nended"),
    )

    assert "ab https[:]//evil.example|it ended|True" in text_of(
        "{{ alerts[0].text }}|{{ ended[0].ended_by }}|{{ not firing }}", told
    )
