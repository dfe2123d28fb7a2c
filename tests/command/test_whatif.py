"""`driftgate whatif` as it is typed: exit codes, what it says of bad input, and the page."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from shared.cli.commands import app
from shared.errors import Refused
from tests.whatif.staged import staged


@pytest.fixture(scope="module")
def story():
    with staged(1) as played:
        yield played


@pytest.fixture
def asked(story, monkeypatch):
    """The command on what was played."""

    def run(*words):
        home = story.application.settings.home
        monkeypatch.setenv("DRIFTGATE_HOME", str(home))
        monkeypatch.setenv("DRIFTGATE_POLICIES", str(home / "policies"))
        return CliRunner().invoke(app, ["whatif", *map(str, words)])

    return run


@pytest.fixture
def longer(tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text("model: churn\nendpoint: churn-endpoint\nrouting: {grace: 90m}\n")
    return path


def test_a_difference_is_exit_code_2_with_the_alert_and_the_finding_that_turned(asked, longer):
    result = asked("--policy", longer)

    assert result.exit_code == 2, result.output
    assert "later, shorter" in result.output
    assert "its grace of 1 h 30 min is not over" in result.output


def test_the_same_policy_is_exit_code_0(asked, story):
    [path] = (story.application.settings.home / "policies").glob("*.yaml")
    result = asked("--policy", path)

    assert result.exit_code == 0, result.output
    assert "Nothing would have been different." in result.output


def test_json_is_one_document(asked, longer):
    found = json.loads(asked("--policy", longer, "--json").stdout)

    assert found["differs"] is True
    assert found["alerts"][0]["changes"] == ["later", "shorter"]
    assert found["counts"]["raised"] == {"before": 1, "after": 1}


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows(asked, longer, tmp_path):
    page = tmp_path / "pages" / "whatif.html"
    asked("--policy", longer, "--html", page)
    text = page.read_text()

    assert "within_grace" in text
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text
    assert not any(word in text for word in ("<script", "src=", "http://", "https://", "@import"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Nothing is changed; give --policy, --fleet or --policies."),
        (["--policy", "gone.yaml"], "gone.yaml cannot be read: No such file or directory."),
        (["--policy", "{new}", "--policies", "."], "--policies is the whole folder"),
        (["--policy", "{new}", "--since", "yesterday"], "since is 'yesterday', which is no time"),
        (["--policy", "{new}", "--until", "soon"], "until is 'soon', which is no time"),
        (["--policy", "{new}", "--since", "2039-01-01"], "Nothing was decided since 2039-01-01"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_exit_code_3(asked, longer, words, sentence):
    result = asked(*(word.replace("{new}", str(longer)) for word in words))

    assert result.exit_code == 3
    assert sentence in result.output
    assert result.output.count("\n") == 1


def test_a_wrong_policy_is_told_as_the_check_of_policies_tells_it(asked, longer):
    longer.write_text("model: churn\nrouting: {grace: soon}\n")
    told = asked("--policy", longer)
    checked = CliRunner().invoke(app, ["policy", "check", str(longer)])

    assert (told.exit_code, checked.exit_code) == (3, 2)
    assert told.output == checked.output


def test_beyond_what_is_kept_it_says_from_when_on_it_can_tell():
    with staged(1) as story:
        evidence = story.application.evidence
        states = {
            one.decision["state"]
            for subject in story.application.ledger.subjects()
            for one in story.application.ledger.chain(subject)
            if one.version % 32 == 0
        }
        policies = {one["policy"] for one in story.application.ledger.decisions(limit=1000)}
        for kept in list(evidence.walk()):
            if kept.hash not in states | policies:
                evidence.remove(kept.hash, kept.put + timedelta(seconds=1))
        policy = story.policy()
        changed = replace(policy, routing=replace(policy.routing, severity="info"))

        with pytest.raises(Refused, match="let --since begin there or later"):
            story.under(changed)
