"""A file that cannot be understood is refused in one sentence with file, line and fix."""

import pytest

from shared.errors import InvalidScenario
from shared.scenarios import find_scenarios, play, read_scenario

WORLD = "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, traffic 100\n"
TWO = WORLD + "endpoint fraud-endpoint\n  deployment blue is there since 1 day\n"
END = "at 01:00 nothing fires\n"

UNREADABLE = [
    (
        "A verb that does not exist names those that begin alike.",
        WORLD + "at 00:05 deployment green suceeds\n" + END,
        "line 3: 'deployment green suceeds' is not understood; write one of: deployment DEPLOYMENT",
    ),
    (
        "A misspelt first word finds its neighbours.",
        WORLD + "at 00:05 trafic blue 100\n" + END,
        "line 3: 'trafic blue 100' is not understood; write one of: traffic SHARES [of ENDPOINT]",
    ),
    (
        "A reason of several words stands in quotes.",
        WORLD + "at 00:05 ben refuses the retraining of churn because too dear\n" + END,
        "line 3: 'ben refuses the retraining of churn because too dear' is not understood; put a "
        "text of several words in quotes, or write one of: PERSON refuses the retraining of NAME",
    ),
    (
        "A clause that the sentence does not take names those it takes.",
        WORLD + "at 00:05 deployment green succeeds, caries churn:7\n" + END,
        "line 3: 'caries churn:7' is not understood; `deployment DEPLOYMENT [of ENDPOINT] "
        "succeeds` takes: carries MODEL; ",
    ),
    (
        "A clause below an endpoint has its own line.",
        "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, trafic 100\n"
        + END,
        "line 2: 'trafic 100' is not understood",
    ),
    (
        "A sentence without a time, once the story has begun.",
        WORLD + END + "traffic blue 100\n",
        "line 4: 'traffic blue 100' has no time; begin with at, after, each day, from, between",
    ),
    (
        "An hour that no day has.",
        WORLD + "at 24:30 nothing fires\n",
        "line 3: '24:30' is no time; write 02:10, or day 3 14:00 for a later day",
    ),
    (
        "What happens has to be in its order.",
        WORLD + "at 02:00 traffic none\nat 01:00 traffic blue 100\n" + END,
        "line 4: 01:00 is before 02:00 of a line above; write what happens in its order",
    ),
    (
        "A span that ends before it begins.",
        WORLD + "from 02:00 until 01:00 no events arrive\n" + END,
        "line 3: 01:00 is not after 02:00; write the later time behind until",
    ),
    (
        "What happens at once cannot last.",
        WORLD + "from 01:00 until 02:00 traffic none\n" + END,
        "line 3: 'traffic none' does not last; write `at 01:00` before it",
    ),
    (
        "An alert of an unknown kind names the closest.",
        WORLD + "at 01:00 expect alert no_trafic critical\n",
        "line 3: there is no alert 'no_trafic'; write no_traffic.",
    ),
    (
        "A verdict of an unknown rule names them all.",
        WORLD + "at 01:00 expect verdict pass of astrology\n",
        "line 3: there is no rule 'astrology'; known are metric_gate, ",
    ),
    (
        "Within a span something is expected, and does not happen.",
        WORLD + "at 01:00 traffic none\nwithin 10 min traffic blue 100\n",
        "line 4: 'traffic blue 100' is no expectation; write one of: expect alert KIND",
    ),
    (
        "The end is for expectations as well.",
        WORLD + END + "at the end traffic none\n",
        "line 4: 'traffic none' is no expectation; write `at the end nothing fires`",
    ),
    (
        "A file that expects nothing could never fail.",
        WORLD + "at 01:00 traffic none\n",
        "a.scenario expects nothing; write what has to be told",
    ),
    (
        "A start is a date.",
        "start yesterday\n" + WORLD + END,
        "line 1: 'start yesterday' is no start; write start 2026-02-03, a Tuesday",
    ),
    (
        "The day of the week is checked.",
        "start 2026-02-03, a Friday\n" + WORLD + END,
        "line 1: 2026-02-03 is a Tuesday, not a Friday; correct one of them",
    ),
    (
        "A policy has to stand below its word.",
        "policy\n" + WORLD + END,
        "line 1: nothing is written below 'policy'; write it there, indented",
    ),
    (
        "Nothing stands below a sentence that takes no block.",
        WORLD + "at 01:00 traffic none\n  because of the moon\n" + END,
        "line 4: 'because of the moon' is indented; nothing is written below `traffic SHARES",
    ),
    (
        "A timer that does not exist names those that do.",
        'schedule weather "0 * * * * *"\n' + WORLD + END,
        "line 1: there is no weather timer; known are ",
    ),
    (
        "A schedule that Azure would not take.",
        'schedule routing "*/10 * * * *"\n' + WORLD + END,
        "line 1: The schedule '*/10 * * * *' has 5 parts; write six",
    ),
]

IMPOSSIBLE = [
    (
        "A deployment that is not there cannot be deleted.",
        WORLD + "at 00:05 deployment green is deleted\n" + END,
        "line 3: there is no deployment green of churn-endpoint; it has blue.",
    ),
    (
        "Where there are two endpoints, a sentence has to say which.",
        TWO + "at 00:05 traffic blue 100\n" + END,
        "line 5: of which endpoint? Write `of ENDPOINT` behind it; there are churn-endpoint, "
        "fraud-endpoint.",
    ),
    (
        "An endpoint that is not there cannot be deleted.",
        WORLD + "at 00:05 endpoint fraud-endpoint is deleted\n" + END,
        "line 3: there is no endpoint fraud-endpoint; there are churn-endpoint.",
    ),
    (
        "Shares that Azure would not take.",
        WORLD + "at 00:05 traffic blue 90\n" + END,
        "line 3: the shares sum to 90 %; Azure takes 0 or 100.",
    ),
    (
        "What was there before has to stand before.",
        WORLD + "at 00:05 deployment green carries churn:7 since 2 days\n" + END,
        "line 3: `since` is for what was there before the start; write that deployment green "
        "succeeds.",
    ),
    (
        "A policy with a misspelt key is refused as everywhere.",
        WORLD + "policy\n  model: churn\n  endpont: churn-endpoint\n" + END,
        "line 3: the policy: endpont is not a known key; write endpoint.",
    ),
    (
        "A policy file that is not there.",
        WORLD + "policy churn.yaml\n" + END,
        "line 3: there is no file churn.yaml.",
    ),
    (
        "An intent that Driftgate would refuse.",
        WORLD + 'at 02:00 anna says blue stands by until 01:00 because "later"\n' + END,
        "line 3: until is ",
    ),
    (
        "Nobody can withdraw what nobody said.",
        WORLD + 'at 00:10 anna withdraws the last intent because "no"\n' + END,
        "line 3: nobody declared an intent of churn-endpoint.",
    ),
    (
        "An alert that never fired cannot be resolved.",
        WORLD + 'at 00:10 azure alert "latency" is resolved\n' + END,
        "line 3: the alert 'latency on the endpoint' never fired.",
    ),
    (
        "No requests are asked for in words.",
        WORLD + "at 00:10 requests 0 a minute to blue\n" + END,
        "line 3: give a number above 0, or write `no requests to blue`.",
    ),
    (
        "Data without files.",
        WORLD + "data loans\n  time_column: at\n" + END,
        "line 3: data loans needs `paths: [FILE, ...]` below it.",
    ),
    (
        "What is added to a version is YAML.",
        WORLD + "at 00:10 model churn:7 is registered\n  inputs: [\n" + END,
        "line 3: what is below is not YAML: ",
    ),
    (
        "A timer that is down has to exist.",
        WORLD + "from 00:10 until 00:20 the weather timer is down\n" + END,
        "line 3: there is no weather timer, but ",
    ),
    (
        "A payload that is not there.",
        WORLD + "at 00:10 payload lost.json arrives\n" + END,
        "line 3: there is no file lost.json.",
    ),
]


@pytest.mark.parametrize(
    ("text", "sentence"), [p[1:] for p in UNREADABLE], ids=[p[0] for p in UNREADABLE]
)
def test_a_line_that_cannot_be_read_is_named_with_its_fix(script, text, sentence):
    with pytest.raises(InvalidScenario) as refused:
        script(text)

    assert str(refused.value).startswith("a.scenario ")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"), [p[1:] for p in IMPOSSIBLE], ids=[p[0] for p in IMPOSSIBLE]
)
def test_what_cannot_happen_is_named_when_it_would(script, text, sentence):
    read = script(text)

    with pytest.raises(InvalidScenario) as refused:
        play(read)

    assert str(refused.value).startswith("a.scenario ")
    assert sentence in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "a.scenario"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidScenario, match=r"^a\.scenario cannot be read: "):
        read_scenario(path)


def test_a_path_that_is_not_there_and_a_folder_without_scenarios_are_refused(tmp_path):
    with pytest.raises(InvalidScenario, match="There is no file"):
        find_scenarios([tmp_path / "lost.scenario"])
    with pytest.raises(InvalidScenario, match=r"holds no file that ends in \.scenario"):
        find_scenarios([tmp_path])
