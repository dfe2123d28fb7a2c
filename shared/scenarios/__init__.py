"""Scenarios: readable files that say what happens when and what has to be told, and their engine.

`samples/scenarios/README.md` describes the language.
"""

from shared.scenarios.played import Failure, Played, Told
from shared.scenarios.playing import play, play_without_events
from shared.scenarios.reading import find_scenarios, read_scenario
from shared.scenarios.script import Scenario

__all__ = [
    "Failure",
    "Played",
    "Scenario",
    "Told",
    "find_scenarios",
    "play",
    "play_without_events",
    "read_scenario",
]
