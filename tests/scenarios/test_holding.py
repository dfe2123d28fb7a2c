"""When a scenario does not hold: what was expected, what was told instead, and why."""

from shared.scenarios import play

WORLD = (
    "policy\n  model: churn\n  endpoint: churn-endpoint\n"
    "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, traffic 100\n"
    "at 00:05 deployment green succeeds, carries churn:7\n"
)
TITLE = "deployment green of churn-endpoint succeeded 30 min ago and receives 0 % of the traffic"


def failures(script, lines):
    return [failure.spelled() for failure in play(script(WORLD + lines)).failures]


def test_what_was_told_at_another_time_is_shown_beside_what_was_expected(script):
    expected, unexpected = failures(script, "at 00:40 expect alert no_traffic critical of green\n")

    assert expected.splitlines()[:3] == [
        "line 7: at 00:40 expect alert no_traffic critical of green",
        "  told instead:",
        f"    00:35 alert no_traffic critical of endpoint/churn-endpoint: {TITLE}",
    ]
    assert "  the last findings:" in expected
    assert unexpected.startswith("nobody expected what was told at 00:35 alert no_traffic")


def test_nothing_told_says_why_by_the_last_findings(script):
    [missing] = failures(script, "at 00:20 expect alert no_traffic critical of green\n")

    assert missing.splitlines()[1:3] == ["  nothing was told", "  the last findings:"]
    assert (
        "    00:20 endpoint/churn-endpoint inconclusive: Deployment green of churn-endpoint "
        "receives 0 % of the traffic; its grace of 30 min is not over."
    ) in missing.splitlines()


def test_an_alert_that_nobody_expected_fails_the_scenario(script):
    [unexpected] = failures(script, "at 02:00 no_traffic fires of green\n")

    assert unexpected.splitlines()[0] == (
        "nobody expected what was told at 00:35 alert no_traffic critical of "
        f"endpoint/churn-endpoint: {TITLE}"
    )


def test_one_alert_does_not_fulfil_two_expectations(script):
    [second] = failures(
        script,
        "at 00:35 expect alert no_traffic critical of green\n"
        "at 00:35 expect alert no_traffic of green\n",
    )

    assert second.startswith("line 8: at 00:35 expect alert no_traffic of green")


def test_expectations_are_paired_so_that_as_many_as_can_be_hold(script):
    """The wide line comes first and could take what only the narrow one can have."""
    assert (
        failures(
            script,
            "between 00:05 and 03:00 expect alert no_traffic\n"
            "at 00:35 expect alert no_traffic critical of green\n"
            "at 01:00 traffic green 100\n"
            "at 01:05 deployment red succeeds, carries churn:8\n"
            "between 00:05 and 02:00 expect resolve no_traffic of green\n"
            "at 03:00 traffic red 100\n"
            "within 10 min expect resolve no_traffic of red\n",
        )
        == []
    )


def test_severity_text_and_thing_each_have_to_fit(script):
    for wrong in (
        "expect alert no_traffic warning of green",
        "expect alert no_traffic critical of blue",
        'expect alert no_traffic critical of green "31 min ago"',
        "expect alert deployment_failed of green",
    ):
        assert len(failures(script, f"at 00:35 {wrong}\n")) == 2


def test_what_still_fires_is_shown_where_nothing_should(script):
    [firing] = failures(
        script, "at 00:35 expect alert no_traffic critical\nat 02:00 nothing fires\n"
    )

    assert f"firing: 00:35 alert no_traffic critical of endpoint/churn-endpoint: {TITLE}" in firing


def test_a_span_in_which_nothing_was_to_be_told_is_broken_by_anything(script):
    [broken] = failures(
        script,
        "until 02:00 expect nothing\nbetween 00:05 and 01:00 expect alert no_traffic critical\n",
    )

    assert broken.startswith("line 7: until 02:00 expect nothing")


def test_a_verdict_that_was_not_reached_is_told_with_the_one_that_was(script):
    [verdict] = failures(
        script,
        "at 00:20 expect verdict pass of routing for green\n"
        "at 00:35 expect alert no_traffic critical\n",
    )

    assert "inconclusive: Deployment green of churn-endpoint receives 0 %" in verdict


def test_a_payload_that_cannot_be_read_has_to_be_expected(script, tmp_path):
    (tmp_path / "broken.json").write_text("{")
    quiet = "at 00:10 payload broken.json arrives\nat 00:20 nothing fires\n"

    [unexpected] = failures(script, quiet)
    assert "refusal: The payload is not JSON" in unexpected
    assert failures(script, quiet + 'between 00:09 and 00:11 expect refusal "not JSON"\n') == []


def test_a_message_that_was_put_aside_has_to_be_expected(script, monkeypatch):
    """After the day that it is tried again for, which is over at once here."""
    monkeypatch.setattr("shared.service.again.MOST_PUT_OFF", 0)
    away = (
        "from 00:10 until 00:19 the workspace does not answer\n"
        "at 00:11 traffic green 100\n"
        "at 00:20 nothing fires\n"
    )
    [unexpected] = failures(script, away)

    assert unexpected.startswith("nobody expected what was told at 00:1")
    assert "dead letter of endpoint/churn-end" in unexpected
    assert (
        failures(script, away + 'between 00:11 and 00:19 expect dead letter because "throttled"\n')
        == []
    )
