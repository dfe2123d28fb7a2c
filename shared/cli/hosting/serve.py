"""`driftgate serve`: the whole service in one process, on this machine."""

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from shared.cli.hosting.lines import Show, showing
from shared.cli.terminal.ending import Ending

if TYPE_CHECKING:
    from socket import socket

    from shared.bootstrap import Application
    from shared.hosting.host import Host
    from shared.settings import Settings

PORT = 7071
"""That of the Functions host on one's own machine."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 is any that is free.")] = PORT,
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve the demo, whose story is played first.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="With --demo: play it anew, though it was played.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON each.")] = False,
) -> None:
    """Serve API and console, take events in, decide them and fire the timers, in one process.

    State lies below DRIFTGATE_HOME. Ctrl-C or SIGTERM ends it once what is in hand is settled.

    Example: driftgate serve --demo

    Exit codes: 0 ended by SIGTERM, 130 by Ctrl-C. A fault is 1, what is refused 3.
    """
    from shared.cli.scenarios.demo import DEMO
    from shared.errors import Refused
    from shared.hosting.alone import alone, lock_beside, lock_in
    from shared.hosting.host import refuse_what_cannot_be_hosted
    from shared.hosting.server import bound
    from shared.settings import Settings

    if fresh and not demo:
        raise Refused("--fresh is about the demo; give --demo with it.")
    settings = Settings.from_environment(os.environ)
    refuse_what_cannot_be_hosted(settings)
    show = showing(as_json=as_json)
    with _terminable(), ExitStack() as held:
        # Both before the story: whoever finds them taken has not waited for it.
        listening = held.enter_context(bound(host, port))
        if demo:
            settings = replace(settings, home=settings.home / DEMO)
        lock = lock_beside(settings.home) if demo else lock_in(settings.home)
        held.enter_context(alone(settings, lock))
        if demo:
            from shared.cli.hosting.demonstrating import demonstrated

            settings = demonstrated(settings, fresh=fresh, as_json=as_json)
        settled = _run(settings, listening, show, as_json=as_json, demo=demo)
    if not settled:
        raise typer.Exit(Ending.FAULT)


def _run(
    settings: "Settings", listening: "socket", show: Show, *, as_json: bool, demo: bool
) -> bool:
    """Until it is ended; whether everything was settled and nothing failed. Raises what ends it."""
    from shared.bootstrap import build
    from shared.cli.hosting.telling import Decided, Warnings, telling
    from shared.hosting.bells import Listened

    listened = Listened()
    application = build(settings, around=listened.around)
    from shared.hosting.host import Host

    warnings = Warnings(show, application.clock)
    logging.getLogger().addHandler(warnings)
    host = Host(application, listened, listening, telling(show, application.clock, timers=as_json))
    decided = Decided(application, show, host.worked)
    settled = served = False
    try:
        with _customers(application, demo=demo):
            decided.start()
            host.start()
            _say_where(host, listening, show, as_json=as_json)
            host.ended.wait()
    except _Terminated:
        served = True
    finally:
        settled = host.stop()
        decided.stop()
        logging.getLogger().removeHandler(warnings)
    return settled and served


class _Terminated(BaseException):
    """Somebody sent SIGTERM, as a service's own host does to end it."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Within, SIGTERM is raised as Ctrl-C is, so that either ends all in order."""

    def terminate(*_: Any) -> NoReturn:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except _Terminated:
        # Before anything was served: there was nothing to settle.
        raise typer.Exit(Ending.DONE) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _customers(application: "Application", *, demo: bool) -> Iterator[None]:
    if not demo or application.story_ended is None:
        yield
        return
    from shared.cli.hosting.customers import Customers

    customers = Customers(application.settings.home, application.clock, application.story_ended)
    customers.start()
    try:
        yield
    finally:
        customers.stop()


def _say_where(host: "Host", listening: "socket", show: Show, *, as_json: bool) -> None:
    """Where the console is, and by which clock; a program gets it as a row."""
    from shared.cli.terminal.printing import console
    from shared.domain.canonical import format_time
    from shared.domain.wording import spell_time

    address, port = listening.getsockname()[:2]
    name = "localhost" if address in _LOOPBACK else f"[{address}]" if ":" in address else address
    url = f"http://{name}:{port}"
    application = host.application
    began = application.story_ended
    if as_json:
        show(
            {
                "what": "serving",
                "at": format_time(application.clock()),
                "url": url,
                "home": str(application.settings.home),
                "story_ended": None if began is None else format_time(began),
            }
        )
        return
    screen = console()
    screen.print(f"[bold]Console[/]  {url}/console\n[bold]API[/]      {url}/api/v1/health")
    screen.print(f"[bold]Home[/]     {application.settings.home}")
    if began is not None:
        screen.print(
            f"[yellow]This is the demo[/]: its story ended {spell_time(began)}, and its clock "
            f"goes on from there; now it is {spell_time(application.clock())}."
        )
    if name != "localhost":
        screen.print(
            f"[yellow]Listening at {name}[/], which others may reach: they are answered only "
            "where a hook's secret is shown (docs/serve.md)."
        )
    screen.print("Ctrl-C ends it. What is decided:\n")
