"""How the command ends: what each exit code says, and which fault ends with which.

`gate` alone has the codes that pipelines expect: 0 passed, 1 failed, 2 wrong usage, 3 inconclusive
or an error.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from inspect import cleandoc
from typing import Any

import typer
from typer.core import TyperGroup

from shared.cli.reach.guarding import guard, leaves
from shared.cli.reach.place import named_place
from shared.cli.terminal.harmless import OBEYED
from shared.cli.terminal.interrupting import (
    INTERRUPTED,
    UNREAD,
    end_interrupted,
    end_unread,
)
from shared.domain.verdict import Verdict
from shared.errors import DriftgateError, Refused

_WrongUsage: type[Any] = typer.BadParameter.__bases__[0]
"""Typer brings a click of its own, and gives no other name to this error of it."""
_GATE = "gate"
_MISREAD = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What becomes of an answer that has not the parts which a command shows."""
_OTHER_SHAPE = (
    "The service answers otherwise than this command can read; see that --url is Driftgate's "
    "address, and of the same version as this command."
)
_WITHIN_A_PARAGRAPH = re.compile(r"(?<!\n)\n(?!\n)")


class Ending(IntEnum):
    """What an exit code says."""

    DONE = 0
    """Done, told, or all as it should be."""
    FAULT = 1
    """Something did not work, as what does not answer: the same may help later."""
    NO = 2
    """It was looked at, and the answer is no: failed, broken, different, nobody told."""
    REFUSED = 3
    """What was asked cannot be meant or done, in one sentence; the same again cannot help."""
    OPEN = 4
    """It was looked at, and there is no answer: inconclusive, no cause found."""
    INTERRUPTED = INTERRUPTED
    """Somebody pressed Ctrl-C."""
    UNREAD = UNREAD
    """Whoever read the output has gone, such as `head`."""


OF_VERDICT = {
    Verdict.PASS: Ending.DONE,
    Verdict.FAIL: Ending.NO,
    Verdict.INCONCLUSIVE: Ending.OPEN,
    Verdict.ERROR: Ending.FAULT,
}


def ending_of(problem: Exception) -> Ending:
    """How a fault ends that was foreseen: whether repeating can help makes the difference."""
    return Ending.REFUSED if isinstance(problem, Refused | OSError) else Ending.FAULT


class Commands(TyperGroup):
    """Every command ends by one rule: a foreseen fault is one sentence on standard error."""

    def __init__(self, **attributes: Any) -> None:
        """Made once for the whole tree: where each command may work, and help that fits."""
        super().__init__(**attributes)
        guard(self.commands)
        for _, command in leaves(self.commands):
            command.help = _flowing(command.help)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Where the words are none of ours, that is refused as well."""
        with _refused(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run one of them."""
        try:
            with _refused(ctx):
                return super().invoke(ctx)
        except DriftgateError as problem:
            _say(problem)
            raise typer.Exit(ending_of(problem)) from problem
        except _MISREAD as problem:
            if named_place() is None:
                raise
            sys.stderr.write(f"{_OTHER_SHAPE}\n")
            raise typer.Exit(Ending.REFUSED) from problem
        except (KeyboardInterrupt, typer.Abort):
            end_interrupted()
        except BrokenPipeError:
            end_unread()


def _say(problem: Exception) -> None:
    """Its sentence, of which no terminal obeys anything: names in it may be anybody's."""
    sys.stderr.write(f"{OBEYED.sub('', str(problem))}\n")


def _flowing(text: str | None) -> str | None:
    return None if text is None else _WITHIN_A_PARAGRAPH.sub(" ", cleandoc(text))


@contextmanager
def _refused(ctx: Any) -> Iterator[None]:
    try:
        yield
    except _WrongUsage as problem:
        if ctx.invoked_subcommand != _GATE:
            problem.exit_code = Ending.REFUSED
        raise
