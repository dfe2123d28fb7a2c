"""What `docs/messages.md` promises is so."""

import json
import re
from pathlib import Path

from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.rendering import render
from shared.rendering.templating import _FILTERS, variables
from tests.rendering.cases import CASES, sending

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
INCIDENT = CASES["incident"][0]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_template_of_the_documentation_works():
    [template] = blocks("jinja")

    text = render(ChannelKind.LOG, sending(ChannelKind.LOG, INCIDENT, None, template))["text"]

    assert "deployment: green;" in text
    assert "Runbook: https[:]//runbooks" not in text
    assert "Runbook: https://runbooks.example.net/no_traffic" in text


def test_the_webhooks_object_has_the_fields_that_are_documented():
    [documented] = [json.loads(block) for block in blocks("json")]
    made = render(ChannelKind.WEBHOOK, sending(ChannelKind.WEBHOOK, INCIDENT))

    assert set(made) == set(documented)
    assert set(made["alerts"][0]) == set(documented["alerts"][0])
    assert all(f"`{reason.value}`" in TEXT for reason in NoticeReason)


def test_every_variable_and_filter_of_templates_is_documented():
    made = variables(sending(ChannelKind.LOG, INCIDENT))

    for name in {*made, *made["alerts"][0]}:
        assert f"`{name}`" in TEXT, name
    [listed] = re.findall(r"filter with `([a-z ]+)`", TEXT)
    assert set(listed.split()) == _FILTERS - {"d", "e"}
