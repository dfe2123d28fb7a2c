"""How a dry run is shown: a line an event, what differs below it, and a sum."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.service.replaying.told import Came

if TYPE_CHECKING:
    from rich.console import Console

AS_BEFORE = frozenset({Came.SAME, Came.REFUSED})
_COLOURS = {
    Came.SAME: "green",
    Came.DIFFERS: "red",
    Came.LOST: "red",
    Came.REFUSED: "dim",
    Came.READABLE: "yellow",
    Came.UNKNOWN: "magenta",
}
_SUMS = {
    Came.SAME: "decided the same",
    Came.DIFFERS: "decided otherwise",
    Came.LOST: "never decided",
    Came.REFUSED: "refused, now as then",
    Came.READABLE: "refused then, readable now",
    Came.UNKNOWN: "not to be decided again",
}


class Screen:
    """Shows what is told; nothing where it is `quiet`, and what is the same only on request."""

    def __init__(self, screen: "Console", *, quiet: bool = False, show_all: bool = False) -> None:
        self._screen, self._quiet, self._show_all = screen, quiet, show_all

    def show(self, told: Mapping[str, Any]) -> None:
        """One event, with what differs."""
        came = Came(told["came"])
        if self._quiet or (came in AS_BEFORE and not self._show_all):
            return
        from rich.markup import escape

        from shared.cli.terminal.harmless import harmless

        kind = told["type"] or "an envelope"
        identity = told["event"] or (told["key"] or "")[:16]
        place = f" version {told['version']}" if told["version"] is not None else ""
        verdict = "" if told["recorded"] is None else f" {told['recorded']}"
        self._screen.print(
            f"[{_COLOURS[came]}]{came.value}[/] [bold]{escape(harmless(kind, 200))}[/] "
            f"{escape(harmless(told['subject'] or '', 200))}{place}{verdict} "
            f"[dim]{told['at']}  event {escape(harmless(identity, 200))}[/]"
        )
        if told["sentence"] is not None:
            self._screen.print(f"  {escape(harmless(told['sentence'], 500))}")
        for one in told["differences"]:
            self._difference(one)

    def _difference(self, one: Mapping[str, Any]) -> None:
        from rich.markup import escape

        from shared.cli.terminal.harmless import harmless

        self._screen.print(f"  {one['what']} {escape(harmless(one['of'], 300))}")
        if one["before"] is not None:
            self._screen.print(f"    [red]- {escape(harmless(one['before']))}[/]")
        if one["after"] is not None:
            self._screen.print(f"    [green]+ {escape(harmless(one['after']))}[/]")

    def sum_up(self, counts: Counter[Came], cursor: str | None) -> None:
        """How many came out how, and where it goes on."""
        if self._quiet:
            return
        from rich.markup import escape

        if not counts and cursor is None:
            self._screen.print("Nothing fits; ask for less, or see: driftgate events")
        for came, words in _SUMS.items():
            if counts[came]:
                self._screen.print(f"[{_COLOURS[came]}]{counts[came]}[/] {words}")
        if cursor is not None:
            self._screen.print(f"Go on with: --after {escape(cursor)}")
