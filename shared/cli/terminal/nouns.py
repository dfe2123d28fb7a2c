"""Groups of commands named by a noun, of which one is meant where no other is named."""

from typing import Any, ClassVar

from typer.core import TyperGroup

_HELP = frozenset({"--help", "-h"})


class Noun(TyperGroup):
    """Without one of its words, what follows is for the word that is meant most."""

    usual: ClassVar[str] = "list"
    """Where something else follows."""
    bare: ClassVar[str] = "list"
    """Where nothing follows but options."""

    def __init__(self, **attributes: Any) -> None:
        """Its help says which word is meant where none is named."""
        super().__init__(**attributes)
        name = f"driftgate {self.name}"
        alone = f"{name} alone is {name} {self.bare}"
        more = "" if self.usual == self.bare else f", {name} … is {name} {self.usual} …"
        self.epilog = f"{alone}{more}."

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the word before what is none of this group's; Tab is offered all of them."""
        if ctx.resilient_parsing and not args:
            return super().parse_args(ctx, args)
        if not args or (args[0].startswith("-") and args[0] not in _HELP):
            args = [self.bare, *args]
        elif args[0] not in {*self.commands, *_HELP}:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


class Said(Noun):
    """A noun for what people say: what follows it is said, and alone it lists what was."""

    usual = "declare"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options for what is said may stand before it too."""
        if args and args[0].startswith("-") and args[0] not in {*_HELP, "--json", "--url"}:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


class Run(Noun):
    """A noun for what is run, with options alone."""

    usual = "run"
    bare = "run"
