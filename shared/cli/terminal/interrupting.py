"""Ctrl-C, whenever it comes: one line and the exit code shells know. Imports nothing heavy."""

import sys
from typing import NoReturn

INTERRUPTED = 130


def end_interrupted() -> NoReturn:
    """End the process as somebody asked for."""
    sys.stderr.write("\nInterrupted.\n")
    sys.exit(INTERRUPTED)
