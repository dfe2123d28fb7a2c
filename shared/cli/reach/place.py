"""The one place that decides whether a command works here or asks a service that is named."""

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from shared.errors import Refused

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

T = TypeVar("T")
URL = "DRIFTGATE_URL"
HELP = f"Ask a service that runs there, such as https://HOST; else this machine [{URL}]."
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help=HELP)]

_named: ContextVar[str | None] = ContextVar("named", default=None)


def name_place(url: str | None) -> None:
    """Whom the next command asks: this address, else the one in the environment, else nobody."""
    _named.set(url or os.environ.get(URL) or None)


def named_place() -> str | None:
    """The address of the service that is asked; None where the command works here."""
    return _named.get()


def spell_place() -> str:
    """Where was looked, for an answer of nothing: a misspelt home knows of nothing either."""
    address = named_place()
    if address is not None:
        return f"at {address[:200]}"
    if os.environ.get("DRIFTGATE_ADAPTERS") == "azure":
        return "in Azure's stores"
    return f"in {os.environ.get('DRIFTGATE_HOME') or '.driftgate'}"


def asked(
    *,
    here: "Callable[[Application], T]",
    there: "Callable[[Deployed], T]",
    patient: bool = True,
) -> T:
    """What a command wants to know or to say, from the application here or from the service.

    Both answer with the same plain values, so that whatever prints them need not know which. A
    service that is not waited for is asked once and quickly. Raises what either raises.
    """
    address = named_place()
    if address is None:
        from shared.bootstrap import build

        return here(build())
    from shared.cli.reach.deployed import deployed

    with deployed(address, patient=patient) as service:
        return there(service)


def here_alone(refusal: str) -> "Application":
    """The application here; where a service is named that is refused in this sentence."""
    if named_place() is not None:
        raise Refused(refusal)
    from shared.bootstrap import build

    return build()


def refuse_there(
    given: Mapping[str, object], instead: str = "leave it out, or leave out --url"
) -> None:
    """Refuse the first option that is given and that a service cannot be asked for."""
    for option, value in given.items():
        if value:
            raise Refused(f"{option} is not for a service over --url; {instead}.")


def of_one(name: str | None) -> tuple[str, ...]:
    """The rest of a path that lists all of a kind, or those of one name."""
    return () if name is None else (name,)
