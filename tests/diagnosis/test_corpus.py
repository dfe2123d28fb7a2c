"""Logs in the tools' own forms, each with what a specialist would say of it."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from shared.domain.diagnosis import Basis, Cause, diagnose, kept

HERE = Path(__file__).resolve().parent
LOGS = {path.stem: path for path in sorted((HERE / "corpus").glob("*.log"))}
EXPECTED = yaml.safe_load((HERE / "expected.yaml").read_text(encoding="utf-8"))


def read(name):
    return LOGS[name].read_text(encoding="utf-8")


def test_every_log_has_an_expected_diagnosis_and_the_other_way_round():
    assert sorted(EXPECTED) == sorted(LOGS)


def test_every_cause_is_there_twice_and_many_logs_have_none():
    counts = Counter(expected["cause"] for expected in EXPECTED.values())

    assert {cause: n for cause in Cause if (n := counts[cause.value]) < 2} == {}
    assert counts["unknown"] >= 12


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_diagnosed_as_a_specialist_would(name):
    found = diagnose(read(name))
    expected = EXPECTED[name]

    assert found.cause == expected["cause"], found.sentence
    assert found.named == expected.get("named")
    assert (found.where.told() if found.where else None) == expected.get("where")
    assert found.basis == expected.get("basis", "stated")
    assert expected.get("fix", "") in found.fix


@pytest.mark.parametrize("name", LOGS)
def test_a_known_cause_quotes_a_line_of_the_log_and_speaks_in_whole_sentences(name):
    found = diagnose(read(name))

    assert found.sentence[-1] in ".!?"
    assert found.fix[-1] in ".!?"
    assert all(len(line) <= 300 for line in found.quoted)
    if found.known:
        safe = " ".join(kept(read(name)).split())
        assert found.quoted
        assert all(line.rstrip("…") in safe for line in found.quoted)


@pytest.mark.parametrize("name", [name for name in LOGS if name.startswith("healthy")])
def test_nothing_is_found_in_a_healthy_log(name):
    """Warnings, words such as error, an old crash that was mended: none of them is a cause."""
    assert diagnose(read(name)).cause is Cause.UNKNOWN


@pytest.mark.parametrize("name", LOGS)
def test_what_is_kept_suffices_to_diagnose_again(name):
    """The evidence of a decision has the redacted log, and it must be re-decidable from that."""
    once = kept(read(name))

    assert kept(once) == once
    assert diagnose(once) == diagnose(read(name))


STARTED = [
    name
    for name in LOGS
    if not name.startswith(("healthy", "unknown")) and "Azure ML Inferencing" in read(name)
]


@pytest.mark.parametrize("name", STARTED)
def test_a_clean_start_with_answered_calls_makes_what_was_before_it_history(name):
    assert diagnose(read(name) + read("healthy-plain")).cause is Cause.UNKNOWN


@pytest.mark.parametrize("name", STARTED)
def test_trouble_after_a_clean_start_is_told_whatever_was_well_before(name):
    assert diagnose(read("healthy-plain") + read(name)).cause == EXPECTED[name]["cause"]


def test_a_cause_that_is_stated_and_one_that_is_inferred_are_told_apart():
    assert diagnose(read("memory-oomkilled-event")).basis is Basis.STATED
    assert diagnose(read("memory-killed-in-init")).basis is Basis.INFERRED
