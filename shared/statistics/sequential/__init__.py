"""Evidence that adds up over windows, with a promised number of false alarms a year."""

from shared.statistics.sequential.alarm import ColumnEvidence, Watch, take_in, watch_windows
from shared.statistics.sequential.calibration import (
    MOST_CHANNELS,
    MOST_OF_ANSWERS,
    NEEDED_CHUNKS,
    Calibration,
    calibrate,
    refuse_too_wide,
)
from shared.statistics.sequential.detector import TOLERANCE, Detector, State, reset, run_length
from shared.statistics.sequential.persistence import persists
from shared.statistics.sequential.size import size_of

__all__ = [
    "MOST_CHANNELS",
    "MOST_OF_ANSWERS",
    "NEEDED_CHUNKS",
    "TOLERANCE",
    "Calibration",
    "ColumnEvidence",
    "Detector",
    "State",
    "Watch",
    "calibrate",
    "persists",
    "refuse_too_wide",
    "reset",
    "run_length",
    "size_of",
    "take_in",
    "watch_windows",
]
