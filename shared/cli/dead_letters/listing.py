"""Dead letters as plain values, from here or from a service."""

import sys
from typing import TYPE_CHECKING, Any

from shared.cli.dead_letters.finding import find, of_id, select
from shared.cli.reach.place import refuse_there
from shared.cli.terminal.options import Asked

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

_MOST = 1000


def all_here(application: "Application") -> dict[str, Any]:
    """All there are, and the places that hold more or could not be looked into."""
    from shared.service.dead_letters.letters import SOURCES
    from shared.service.dead_letters.showing import listed

    found = find(application, SOURCES, _MOST)
    return _told([listed(one) for one in found.letters], found.more, found.problems)


def listed_here(application: "Application", asked: Asked, limit: int) -> dict[str, Any]:
    """Those that fit every filter."""
    from shared.service.dead_letters.showing import listed

    found, letters = select(application, asked, limit)
    return _told([listed(letter) for letter in letters], found.more, found.problems)


def listed_there(service: "Deployed", asked: Asked, limit: int | None) -> dict[str, Any]:
    """The same of a service; what it could not look into is said on standard error too."""
    filters = dict(asked)
    refuse_there({"--where": filters.pop("where", None)})
    found = service.listed("dead_letters", "deadletters", most=limit, **filters)
    for problem in found["problems"]:
        sys.stderr.write(f"{problem}\n")
    return _told(found["dead_letters"], found["more"], found["problems"])


def shown_here(application: "Application", identity: str) -> dict[str, Any]:
    """One of them whole."""
    from shared.service.dead_letters.showing import shown

    return shown(of_id(application, identity))


def _told(letters: list[dict[str, Any]], more: Any, problems: Any) -> dict[str, Any]:
    return {"dead_letters": letters, "more": list(more), "problems": list(problems)}
