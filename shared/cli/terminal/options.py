"""Options that several commands share: declared once, handed to a command as one mapping."""

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, signature
from typing import Any

Asked = Mapping[str, Any]
"""What was given, by the names under which the options were declared."""


def taking(**options: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command these options, which it gets together as `asked`.

    Each is an annotation as Typer reads it, with None as its default, or a pair with another one.
    """

    def give(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def taking_them(**given: Any) -> None:
            asked = {name: given.pop(name) for name in options}
            command(asked=asked, **given)

        own = signature(command)
        declared = [_declared(name, option) for name, option in options.items()]
        others = [
            one.replace(kind=Parameter.KEYWORD_ONLY)
            for name, one in own.parameters.items()
            if name != "asked"
        ]
        together = own.replace(parameters=[*declared, *others])
        taking_them.__signature__ = together  # type: ignore[attr-defined]
        return taking_them

    return give


def _declared(name: str, option: Any) -> Parameter:
    annotation, default = option if isinstance(option, tuple) else (option, None)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
