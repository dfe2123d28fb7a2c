"""`driftgate acknowledge`, `acknowledgements`, `release`: who has which alert in hand."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, named, say, show_said, signed
from shared.cli.people.silences import For, Until
from shared.cli.reach import complete
from shared.cli.reach.place import asked
from shared.cli.terminal.printing import console, print_json

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

Fingerprint = Annotated[
    str,
    typer.Argument(
        help="The alert's, as `driftgate alerts` has it, or how that begins.",
        autocompletion=complete.fingerprints,
    ),
]


def acknowledge(
    fingerprint: Fingerprint,
    because: Because,
    lasts: For = None,
    until: Until = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Take a firing alert on, in your name: until then it is not repeated unless it grows worse.

    Example: driftgate acknowledge 9c1d22ab --because "I look at the feature store" --for 4h

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.acknowledgements import acknowledge as take_on

    def said(application: "Application") -> dict[str, Any]:
        return take_on(
            application.service,
            application.ledger,
            application.policies,
            fingerprint,
            lasts=lasts,
            until=until,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.post(
            "acknowledgements",
            **{"for": lasts},
            fingerprint=fingerprint,
            until=until,
            **named(author, because),
        )

    say(said, "acknowledgement", _taken, as_json=as_json, there=there)


def release(
    fingerprint: Fingerprint,
    because: Annotated[
        str, typer.Option(help="Why, for whoever reads it later.")
    ] = "I no longer look at it",
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Give an alert back that somebody took on; it is repeated again.

    Example: driftgate release 9c1d22ab --because "my shift ends"

    Exit code 0 given back, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.acknowledgements import release as give_back

    def done(application: "Application") -> dict[str, Any]:
        return give_back(
            application.service,
            application.ledger,
            fingerprint,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.delete("acknowledgements", fingerprint, **named(author, because))

    say(done, "acknowledgement", _had, as_json=as_json, there=there, lead="Given back: ")


def acknowledgements(as_json: AsJson = False) -> None:
    """List who has which alert in hand, why and until when.

    Example: driftgate acknowledgements

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.acknowledgements import acknowledgements as listed

    found = asked(
        here=lambda application: listed(application.ledger, application.clock()),
        there=lambda service: service.rows("acknowledgements", "acknowledgements"),
    )
    if as_json:
        print_json({"acknowledgements": found})
        return
    if not found:
        console().print("Nobody has an alert in hand; try: driftgate acknowledge --help")
        return
    show_said(found, _taken)


def _taken(one: dict[str, Any]) -> str:
    return f"{one['alert']['title']} is in hand"


def _had(one: dict[str, Any]) -> str:
    return f"{one['alert']['title']}, which was in hand"
