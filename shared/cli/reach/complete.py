"""What Tab offers beside options: names that are known here or there; nothing where it fails.

A shell waits for it, so it reads one list, asks a service for three seconds at most, and says
nothing: no sentence may land in the line that somebody is typing.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

from shared.cli.reach.place import asked, name_place

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

_MOST = 200


def subjects(ctx: Any, incomplete: str) -> list[str]:
    """Whole subjects, such as model/churn, and the names in them."""
    return _offered(ctx, incomplete, _subjects, lambda name: (name, name.partition("/")[2]))


def models(ctx: Any, incomplete: str) -> list[str]:
    """Names of models of which something is known."""
    return _offered(ctx, incomplete, _subjects, lambda name: _of_kind("model", name))


def endpoints(ctx: Any, incomplete: str) -> list[str]:
    """Names of endpoints of which something is known."""
    return _offered(ctx, incomplete, _subjects, lambda name: _of_kind("endpoint", name))


def fingerprints(ctx: Any, incomplete: str) -> list[str]:
    """Alerts that fire."""
    return _offered(ctx, incomplete, _alerts, lambda row: (row,))


def things(ctx: Any, incomplete: str) -> list[str]:
    """What can be explained: alerts that fire, and receivers that were told something."""
    receivers = _offered(
        ctx, incomplete, _subjects, lambda name: (name,) if name.startswith("receiver/") else ()
    )
    return [*fingerprints(ctx, incomplete), *receivers]


def replays(ctx: Any, incomplete: str) -> list[str]:
    """Names of replays."""
    return _offered(ctx, incomplete, _replays, lambda row: (row,))


def _of_kind(kind: str, subject: str) -> tuple[str, ...]:
    of, _, name = subject.partition("/")
    return (name,) if of == kind else ()


def _subjects() -> Iterable[str]:
    def here(application: "Application") -> list[str]:
        return list(application.ledger.subjects())

    def there(service: "Deployed") -> list[str]:
        return [str(row["subject"]) for row in service.rows("subjects", "status", most=_MOST)]

    return asked(here=here, there=there, patient=False)


def _alerts() -> Iterable[str]:
    def here(application: "Application") -> list[str]:
        from shared.service import queries

        return _firing(queries.alerts(application.ledger, application.clock()))

    def there(service: "Deployed") -> list[str]:
        return _firing(service.rows("alerts", "alerts", most=_MOST))

    return asked(here=here, there=there, patient=False)


def _firing(rows: list[dict[str, Any]]) -> list[str]:
    return [str(row["fingerprint"]) for row in rows if row["status"] == "firing"]


def _replays() -> Iterable[str]:
    def here(application: "Application") -> list[str]:
        from shared.service.replaying.asking import replays as listed

        return [str(row["replay"]) for row in listed(application.ledger)]

    def there(service: "Deployed") -> list[str]:
        return [str(row["replay"]) for row in service.rows("replays", "replays", most=_MOST)]

    return asked(here=here, there=there, patient=False)


def _offered(
    ctx: Any,
    incomplete: str,
    find: Callable[[], Iterable[str]],
    names: Callable[[str], tuple[str, ...]],
) -> list[str]:
    logging.disable()
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            name_place(_given_url(ctx))
            offered = {name: None for one in find() for name in names(one)}
    except Exception:  # noqa: BLE001  a shell that completes is told nothing, whatever is wrong
        return []
    finally:
        logging.disable(logging.NOTSET)
    return [name for name in offered if name.startswith(incomplete)][:_MOST]


def _given_url(ctx: Any) -> str | None:
    """The address in the line so far; the callbacks that take it are not run while completing."""
    found: str | None = None
    while ctx is not None and found is None:
        found = ctx.params.get("url")
        ctx = ctx.parent
    return found
