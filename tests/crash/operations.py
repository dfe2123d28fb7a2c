"""What an operator or a daily timer does, as a process may be killed in the middle of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from shared.bootstrap import Application
from shared.domain.replay import Selection
from shared.errors import InvalidData
from shared.service.erasing import Erasing
from shared.service.replaying.asking import ask

ERASED = "endpoint/churn-endpoint"
_WHO = "anna@example.org"


def retain(application: Application) -> None:
    """The daily run of retention."""
    application.retention()


def erase(application: Application) -> None:
    """A person has one subject erased; a command that did not answer is given again."""
    parts = application.adapters
    erasing = Erasing.of(application.service, parts, application.clock)
    erasing.erase(ERASED, author=_WHO, reason="The contract is over.")


def replay(application: Application) -> None:
    """A person has everything told again; asked for twice it is one."""
    with suppress(InvalidData):  # there is one of this name: it was asked for
        ask(
            application.service,
            application.archive,
            application.ledger,
            "after-the-outage",
            Selection(),
            again=True,
            author=_WHO,
            reason="The outage is over.",
            now=application.clock(),
            via="command",
        )


OPERATIONS: Mapping[str, Callable[[Application], None]] = {
    "retain": retain,
    "erase": erase,
    "replay": replay,
}
