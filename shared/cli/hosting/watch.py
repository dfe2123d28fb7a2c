"""`driftgate watch`: decisions, alerts and notices as they come."""

from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.hosting.lines import Show, showing
from shared.cli.reach import complete
from shared.cli.reach.place import asked
from shared.service.overview.watching import (
    MOST_AT_ONCE,
    Fetch,
    Following,
    before,
    is_of,
    is_quiet,
    rows_of,
)

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

_EVERY_SECONDS, _EVERY_SECONDS_THERE = 1.0, 5.0
"""Between two looks: each asks a service for a page, and it is not the only one that asks."""
_SHOWN_FIRST = 10


def watch(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="A model, an endpoint or a subject; without it, all.",
            autocompletion=complete.subjects,
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Begin there: 2h (ago), or 2026-02-06T18:00Z.", metavar="TIME"),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow/--once", help="Wait for more, or end with what is there.")
    ] = True,
    everything: Annotated[
        bool, typer.Option("--all", help="Timers' looks that found nothing too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON each.")] = False,
) -> None:
    """Follow what is decided, told and raised; Ctrl-C ends it.

    Without --since it begins with the last ten.

    Example: driftgate watch loan-default --since 1d

    Exit codes: 0 with --once, 130 interrupted. A fault is 1, what is refused 3.
    """
    from shared.policies.moments import parse_past

    def follow_them(fetch: Fetch, now: datetime, every: float) -> None:
        begins = None if since is None else parse_past(since, now, "since")
        watching = Watching(
            showing(as_json=as_json),
            subject=subject,
            everything=everything,
            begins=begins,
            every=every,
        )
        watching.run(fetch, follow=follow)

    asked(
        here=lambda application: follow_them(
            decisions_of(application), application.clock(), _EVERY_SECONDS
        ),
        there=lambda service: follow_them(
            decisions_there(service), datetime.now(UTC), _EVERY_SECONDS_THERE
        ),
    )


def decisions_of(application: "Application") -> Fetch:
    """The decisions of the ledger that is connected here."""
    from shared.service.queries import shown

    def newest(many: int) -> list[dict[str, Any]]:
        return [shown(decision) for decision in application.ledger.decisions(limit=many)]

    return newest


def decisions_there(service: "Deployed") -> Fetch:
    """Those of a service, page by page."""
    return lambda many: service.rows("decisions", "decisions", most=many)


class Watching:
    """Shows the rows of what `fetch` brings; where that comes from is no matter here."""

    def __init__(
        self,
        show: Show,
        *,
        subject: str | None = None,
        everything: bool = True,
        begins: datetime | None = None,
        every: float = _EVERY_SECONDS,
    ) -> None:
        self._show = show
        self._subject = subject
        self._everything = everything
        self._begins = begins
        self._every = every

    def run(self, fetch: Fetch, *, follow: bool, ended: Event | None = None) -> None:
        """Show what is there; then what comes, until it is `ended` or interrupted."""
        following, waits = Following(fetch), ended or Event()
        first = [one for one in following.news() if self._wanted(one)]
        if self._begins is not None:
            first = [one for one in before(fetch, self._begins) if self._wanted(one)]
        else:
            first = first[-_SHOWN_FIRST:]
        self._show_all(first)
        while follow and not waits.wait(self._every):
            self.look(following)

    def look(self, following: Following) -> None:
        """Show what is new."""
        news = following.news()
        if following.missed and news:
            self._show(
                {
                    "what": "warning",
                    "at": news[0]["decided"],
                    "sentence": f"More than {MOST_AT_ONCE} were decided meanwhile; the rest is "
                    "not shown.",
                }
            )
        self._show_all([one for one in news if self._wanted(one)])

    def _wanted(self, decision: Any) -> bool:
        return is_of(decision, self._subject) and (self._everything or not is_quiet(decision))

    def _show_all(self, decisions: list[Any]) -> None:
        for decision in decisions:
            for row in rows_of(decision):
                self._show(row)
