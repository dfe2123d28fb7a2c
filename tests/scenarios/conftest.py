"""Scenario files of a test, and what is shown when one does not hold."""

from pathlib import Path

import pytest

from shared.scenarios import Played, Scenario, read_scenario


@pytest.fixture
def script(tmp_path: Path):
    """Writes a scenario's text into a file and reads it."""

    def read(text: str, name: str = "a.scenario") -> Scenario:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_scenario(path)

    return read


def shown(played: Played) -> str:
    """Why it did not hold, as a person reads it."""
    told = [one.spelled(played.scenario.start) for one in played.told]
    faults = [f"{at:%H:%M} {sentence}" for at, sentence in played.faults]
    return "\n".join(
        [*(failure.spelled() for failure in played.failures), "all that was told:", *told, *faults]
    )
