"""A window is judged once when it ends, and once more if its data came late; then it is closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.collected import CollectedFile, Seen, seen
from shared.domain.decisions.drift.windows import (
    OPEN,
    REMEMBERED,
    Counted,
    last_border,
    look_at_windows,
    windows_after,
)
from shared.domain.evidence import WindowNews
from shared.domain.policy import DriftPolicy
from shared.domain.state import DriftWatch
from shared.domain.verdict import Verdict

MIDNIGHT = datetime(2026, 2, 3, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE = 2 * HOUR
PASS, FAIL = Verdict.PASS, Verdict.FAIL


def file(hour, size=10):
    opened = MIDNIGHT + hour * HOUR
    return CollectedFile(
        place=f"{hour:+04d}.jsonl", version=str(size), bytes=size, start=opened, end=opened + HOUR
    )


class Model:
    """A model whose windows are looked at, with what would be counted given by hand."""

    def __init__(self, **drift):
        self.drift = DriftPolicy(**drift)
        self.watch = DriftWatch()
        self.files = [file(-30), file(-1)]

    def look(self, at, *, counts="a", verdict=PASS, version="7", rows=5, late=LATE):
        """What is new of each window, and the reasons told."""
        looked = look_at_windows(self.watch, version, at, self.drift, late, self.files)
        counted = {
            one.end: Counted(rows=rows, counts=counts, verdict=verdict)
            for one in looked
            if one.news in {WindowNews.NEW, WindowNews.CHANGED}
        }
        self.watch, told = windows_after(looked, counted, self.watch, version, at)
        self.told = told
        return [one.news.value for one in looked], [finding.reason for finding in told]


def test_a_window_ends_with_a_period_and_is_judged_by_the_first_look_after_it():
    model = Model()

    assert model.look(MIDNIGHT + HOUR) == (["new"], [])
    [window] = model.watch.windows
    assert (window.start, window.end) == (MIDNIGHT - 7 * DAY, MIDNIGHT)
    assert (window.judged, window.verdict, window.closed) == (MIDNIGHT + HOUR, "pass", False)
    assert model.watch.recent == ("pass",)


def test_data_that_came_late_is_judged_once_more_when_no_more_can_come():
    model = Model()
    model.look(MIDNIGHT + HOUR)
    model.files.append(file(-3))

    assert model.look(MIDNIGHT + 2 * HOUR) == (["waiting"], [])
    model.files.append(file(-2))
    assert model.look(MIDNIGHT + 3 * HOUR, counts="b", verdict=FAIL, rows=9) == (
        ["changed"],
        ["late_data"],
    )

    [told] = model.told
    assert told.sentence == (
        "The window ending 2026-02-03 00:00 UTC was judged again, once, because data came late: "
        "2 files became 4, 5 rows 9; the verdict was pass and is fail."
    )
    assert model.watch.recent == ("fail",)


def test_a_third_time_is_noted_and_changes_nothing():
    model = Model()
    model.look(MIDNIGHT + HOUR)
    model.files[1] = file(-1, 20)
    model.look(MIDNIGHT + 3 * HOUR, counts="b")
    model.files[1] = file(-1, 30)

    assert model.look(MIDNIGHT + 5 * HOUR) == (["too_late"], ["too_late"])
    assert "2 files of 30 bytes became 2 of 40" in model.told[0].sentence
    assert model.look(MIDNIGHT + 6 * HOUR) == (["unchanged"], [])
    assert model.watch.recent == ("pass",)
    assert model.watch.windows[0].counts == "b"


def test_nothing_new_closes_a_window_without_a_word():
    model = Model()
    model.look(MIDNIGHT + HOUR)

    assert model.look(MIDNIGHT + 3 * HOUR) == (["settled"], [])
    assert model.watch.windows[0].closed


def test_files_that_grew_without_a_row_of_the_window_are_no_late_data():
    """The folder of the hour after may hold some, and grows all the time."""
    model = Model()
    model.look(MIDNIGHT + HOUR)
    model.files.append(file(0))

    assert model.look(MIDNIGHT + 3 * HOUR, counts="a") == (["changed"], [])
    assert model.watch.windows[0].closed


def test_late_data_that_changes_no_verdict_says_that_it_stays():
    model = Model()
    model.look(MIDNIGHT + HOUR)
    model.files.append(file(-2))
    model.look(MIDNIGHT + 3 * HOUR, counts="b", rows=6)

    assert model.told[0].sentence.endswith("5 rows 6; the verdict stays pass.")


def test_files_that_can_hold_no_row_of_a_window_are_no_news_of_it():
    model = Model()
    model.look(MIDNIGHT + HOUR)
    model.files += [file(1), file(-8 * 24)]

    assert model.look(MIDNIGHT + 3 * HOUR) == (["settled"], [])


def test_short_periods_leave_several_windows_open_and_each_is_closed_in_its_turn():
    model = Model(every=HOUR, window=6 * HOUR)
    for hour in range(1, 4):
        model.look(MIDNIGHT + hour * HOUR, counts=f"{hour}", verdict=PASS)
    assert [w.end for w in model.watch.windows] == [MIDNIGHT + n * HOUR for n in (2, 3)]

    model.files.append(file(-3))
    news, told = model.look(MIDNIGHT + 4 * HOUR, counts="late", verdict=FAIL)

    assert (news, told) == (["changed", "waiting", "new"], ["late_data"])
    assert model.watch.recent == ("pass", "fail", "pass", "fail")


def test_the_last_verdicts_and_the_windows_that_are_open_are_remembered_and_no_more():
    model = Model(every=HOUR, window=6 * HOUR)
    for hour in range(1, REMEMBERED + 2):
        verdict = FAIL if hour == 1 else PASS
        model.look(MIDNIGHT + hour * HOUR, verdict=verdict)
        if hour == REMEMBERED:
            assert model.watch.recent == ("fail", *["pass"] * (REMEMBERED - 1))
    assert model.watch.recent == ("pass",) * REMEMBERED

    waits = Model(every=HOUR, window=6 * HOUR)
    for hour in range(1, OPEN + 2):
        waits.look(MIDNIGHT + hour * HOUR, late=(OPEN + 9) * HOUR)
        if hour == OPEN:
            assert waits.watch.windows[0].end == MIDNIGHT + HOUR
    assert len(waits.watch.windows) == OPEN
    assert waits.watch.windows[0].end == MIDNIGHT + 2 * HOUR


def test_windows_shorter_than_a_period_follow_each_other_without_a_gap():
    model = Model(every=DAY, window=6 * HOUR)
    for hour in (1, 5, 7, 13):
        model.look(MIDNIGHT + hour * HOUR)

    assert model.watch.recent == ("pass",) * 3
    assert model.watch.windows[-1].start == MIDNIGHT + 6 * HOUR


def test_a_look_that_comes_out_of_order_changes_nothing():
    model = Model()
    model.look(MIDNIGHT + HOUR)
    before = model.watch

    assert model.look(MIDNIGHT - 5 * HOUR) == (["waiting"], [])
    assert model.watch == before


def test_windows_judged_against_another_versions_baseline_are_forgotten():
    model = Model()
    model.look(MIDNIGHT + HOUR, verdict=FAIL)

    assert model.look(MIDNIGHT + 2 * HOUR, version="8") == (["new"], [])
    assert (len(model.watch.windows), model.watch.version) == (1, "8")
    assert model.watch.recent == ("fail", "pass")


def test_a_window_that_changed_and_was_not_read_stays_open():
    model = Model()
    model.look(MIDNIGHT + HOUR)
    model.files.append(file(-2))
    looked = look_at_windows(model.watch, "7", MIDNIGHT + 3 * HOUR, model.drift, LATE, model.files)

    after, told = windows_after(looked, {}, model.watch, "7", MIDNIGHT + 3 * HOUR)

    assert (after, told) == (model.watch, ())


def test_verdicts_from_before_windows_were_remembered_are_kept():
    model = Model()
    model.watch = DriftWatch(version="7", recent=("fail", "fail"))
    model.look(MIDNIGHT + HOUR)

    assert model.watch.recent == ("fail", "fail", "pass")
    model.watch = replace(model.watch, recent=())
    model.look(MIDNIGHT + 3 * HOUR)
    assert model.watch.recent == ()


@pytest.mark.parametrize(
    ("every", "border"),
    [(DAY, MIDNIGHT), (7 * DAY, MIDNIGHT - DAY), (HOUR, MIDNIGHT + 5 * HOUR)],
)
def test_periods_are_counted_from_a_monday_at_midnight(every, border):
    """The third of February 2026 is a Tuesday."""
    assert last_border(MIDNIGHT + 5.5 * HOUR, every) == border


def test_what_was_seen_of_files_does_not_depend_on_their_order():
    assert seen([file(1), file(2)]) == seen([file(2), file(1)])
    assert seen([]) == Seen()
    assert seen([file(1)]).mark != seen([file(1, 11)]).mark


def test_a_file_whose_period_is_unknown_may_hold_any_row():
    anywhere = CollectedFile(place="x", version="1", bytes=1)

    assert anywhere.may_hold(MIDNIGHT, MIDNIGHT + HOUR)
    assert not file(5).may_hold(MIDNIGHT, MIDNIGHT + HOUR)
    assert file(1).may_hold(MIDNIGHT, MIDNIGHT + HOUR)
    assert file(5).may_hold(MIDNIGHT, None)
    assert file(-5).may_hold(None, MIDNIGHT)
