"""The language: every form is in its README, and says what the README says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.scenarios import play
from shared.scenarios.expecting import EXPECTATIONS
from shared.scenarios.phrases import Form, split_clauses
from shared.scenarios.verbs import VERBS

README = Path(__file__).resolve().parents[2] / "samples" / "scenarios" / "README.md"
WORLD = "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, traffic 100\n"
TUESDAY = datetime(2026, 2, 3, tzinfo=UTC)


def forms():
    yield from EXPECTATIONS
    for verb in VERBS:
        yield verb.form
        yield from verb.clauses


@pytest.mark.parametrize("form", sorted({form.text for form in forms()}))
def test_the_readme_shows_each_form_that_can_be_written(form):
    assert f"`{form}`" in README.read_text(encoding="utf-8").replace("\\|", "|")


def test_no_sentence_is_of_two_forms():
    """Each form, written with examples in place of its capitals, is read by itself alone."""
    examples = {
        "MODEL": "churn:7",
        "COUNT": "3",
        "NUMBER": "5",
        "DURATION": "10 min",
        "SHARES": "blue 100",
        "TEXT": '"so"',
        "TIME": "02:00",
        "PERSON": "anna@example.org",
    }
    for verb in VERBS:
        plain = verb.form.text.replace("[", "").replace("]", "")
        words = [word.split("|")[0] for word in plain.split(" ")]
        sentence = " ".join(
            examples.get(word.rstrip("0123456789_"), word.lower() if word.isupper() else word)
            for word in words
        )
        assert [v.form.text for v in VERBS if v.form.match(sentence) is not None] == [
            verb.form.text
        ], sentence


def test_a_form_names_what_is_in_its_place_and_leaves_out_what_may_be():
    form = Form("traffic SHARES [of ENDPOINT] [by PERSON]")

    assert form.match("traffic blue 90 green 10 by anna@example.org") == {
        "shares": "blue 90 green 10",
        "person": "anna@example.org",
    }
    assert form.match("traffic none") == {"shares": "none"}
    assert form.match("traffic blue") is None


def test_a_comma_inside_of_quotes_parts_nothing():
    assert split_clauses('azure alert "slow, very" fires, of severity 1') == [
        'azure alert "slow, very" fires',
        "of severity 1",
    ]


def test_times_count_from_the_first_day_and_the_last_is_the_end(script):
    read = script(
        "# A title\n# on two lines.\n#\n# A story.\n"
        + WORLD
        + "at 00:05 traffic none  # nobody\n"
        + "after 10 min traffic blue 100\n"
        + "within 20 min expect nothing\n"
        + "at day 2 09:00 nothing fires\n"
    )

    assert read.title == "A title on two lines."
    assert [step.at - TUESDAY for step in read.steps] == [
        timedelta(minutes=5),
        timedelta(minutes=15),
    ]
    assert [(e.start - TUESDAY, e.end - TUESDAY) for e in read.expectations] == [
        (timedelta(minutes=15), timedelta(minutes=35)),
        (timedelta(days=1, hours=9), timedelta(days=1, hours=9, seconds=59)),
    ]
    assert read.end == read.expectations[-1].end


def test_what_lasts_is_over_again(script):
    played = play(
        script(
            WORLD
            + "from 00:10 until 00:50 the routing timer is down\n"
            + "from 00:10 until 00:50 the reconcile timer is down\n"
            + "at 01:20 nothing fires\n"
        )
    )

    looks = [d.at - TUESDAY for d in played.decided if d.subject == "endpoint/churn-endpoint"]
    assert not [
        t
        for t in looks
        if timedelta(minutes=10) <= t < timedelta(minutes=50) and t.total_seconds() % 600 == 0
    ]
    assert timedelta(minutes=50) in looks


def test_another_schedule_of_a_timer_is_kept(script):
    played = play(script('schedule routing "0 */5 * * * *"\n' + WORLD + "at 00:30 nothing fires\n"))

    minutes = {(d.at - TUESDAY) // timedelta(minutes=1) for d in played.decided}
    assert {5, 10, 15, 20, 25} <= minutes


def test_requests_are_spread_as_declared_and_each_is_written_once(tmp_path):
    from shared.scenarios.requests import Flow, RequestLog
    from shared.scenarios.workspace import WorkspaceFiles

    files = WorkspaceFiles(tmp_path / "workspace")
    files.endpoint("e")["traffic"] = {"blue": 90.0, "green": 10.0}
    log = RequestLog(files, TUESDAY)
    log.set("e", None, Flow(a_minute=40, statuses=((2.0, (500, None)),), delayed=((5.0, 3000.0),)))
    for minutes in (7, 7, 30, 100):
        log.extend(TUESDAY + timedelta(minutes=minutes))

    rows = [
        line.split(",")
        for line in (tmp_path / "workspace/requests/e.csv").read_text().splitlines()[1:]
    ]
    assert len(rows) == len({row[0] for row in rows}) == 4000
    assert sum(row[1] == "green" for row in rows) == pytest.approx(400, abs=4)
    assert sum(row[2] == "500" for row in rows) == pytest.approx(80, abs=4)
    assert sum(row[3] == "3000" for row in rows) == pytest.approx(200, abs=4)
    assert sum(row[1] == "green" and row[2] == "500" for row in rows) == pytest.approx(8, abs=4)
