"""Ctrl-C, and a reader that goes: the exit codes shells know. Imports nothing heavy."""

import os
import sys
from typing import NoReturn

INTERRUPTED = 130
UNREAD = 141
"""As of a process that the system ends because nobody reads what it writes, such as behind head."""


def end_interrupted() -> NoReturn:
    """End the process as somebody asked for."""
    sys.stderr.write("\nInterrupted.\n")
    sys.exit(INTERRUPTED)


def end_unread() -> NoReturn:
    """End the process without a word: whoever read it has had enough."""
    # What is still held back would be written at the exit, and fail there once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(UNREAD)
