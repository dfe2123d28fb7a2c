"""A workspace that sometimes cannot be read, put around the true one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.errors import DriftgateError


@dataclass(frozen=True, slots=True, eq=False)
class Hindrance:
    """What happens instead of reading; `what` names the ways to read, empty for every one."""

    raises: Callable[[str], DriftgateError]
    what: frozenset[str] = frozenset()


class Hindered:
    """Passes every question on to `port`, unless one of the `hindrances` stands in its way."""

    def __init__(self, port: object, hindrances: list[Hindrance]) -> None:
        self._port = port
        self._hindrances = hindrances

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._port, name)

        def ask(*args: Any, **kwargs: Any) -> Any:
            for hindrance in self._hindrances:
                if not hindrance.what or name in hindrance.what:
                    raise hindrance.raises(name)
            return asked(*args, **kwargs)

        return ask
