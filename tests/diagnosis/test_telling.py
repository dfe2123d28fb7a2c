"""What a log adds to an alert, whoever raises it."""

import subprocess
import sys
from pathlib import Path

from shared.domain.diagnosis import told

ROOT = Path(__file__).resolve().parents[2]
LOOK = "Read its log."


def test_a_stated_cause_gives_its_sentence_its_line_and_its_fix():
    of_log = told("ModuleNotFoundError: No module named 'lightgbm'", look=LOOK)

    assert of_log.text == (
        "Its log says: The server imports lightgbm, which is not installed in the environment. "
        "The line: \"ModuleNotFoundError: No module named 'lightgbm'\"."
    )
    assert of_log.first_step.startswith("Add `lightgbm` to the environment's")
    assert of_log.details() == {"cause": "missing_module", "named": "lightgbm", "where": None}


def test_an_inferred_cause_is_only_suggested():
    of_log = told("container exited with code 137", look=LOOK)

    assert of_log.text.startswith("Its log suggests: The scoring process was killed")


def test_a_cause_has_its_place_for_programs():
    of_log = told('  File "/app/score.py", line 3, in init\nMemoryError', look=LOOK)

    assert of_log.details()["where"] == "/app/score.py line 3 in init()"


def test_an_unknown_cause_leaves_looking_as_the_first_step():
    of_log = told("all is well", look=LOOK)

    assert (of_log.text, of_log.first_step) == ("The log shows no cause that is known here.", LOOK)
    assert of_log.details()["cause"] == "unknown"


def test_an_empty_log_says_that_the_container_never_started():
    assert told("", look=LOOK).text.endswith("the container probably never started.")


def test_a_log_that_cannot_be_read_is_told_with_what_is_missing():
    of_log = told(None, "The role AzureML Data Scientist is missing.", look=LOOK)

    assert of_log.text == "Its log could not be read: The role AzureML Data Scientist is missing."
    assert (of_log.first_step, of_log.details()) == (LOOK, None)


def test_where_nobody_looked_nothing_is_added():
    assert (told(None, look=LOOK).text, told(None, look=LOOK).first_step) == ("", LOOK)


def test_a_routing_check_without_a_failure_loads_no_rule():
    """They cost a cold start some 60 ms."""
    code = (
        "import sys, shared.service.reactions.routing, shared.service.container_logs; "
        "sys.exit(any('diagnosis' in name for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0  # noqa: S603
