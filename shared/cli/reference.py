"""The reference of all commands in Markdown, out of the tree itself: most of `docs/cli.md`."""

from collections.abc import Iterator
from typing import Any

from shared.cli.commands import GROUPS, PANELS, app
from shared.cli.reach.guarding import leaves
from shared.cli.reach.table import ALIASES, ALONE, REACHES


def reference() -> str:
    """Every command that the help lists, panel by panel: words, options, example, exit codes."""
    from typer.main import get_command

    tree: Any = get_command(app)
    names = {id(group): name for name, group in GROUPS.items()}
    parts = []
    for panel, members in PANELS.items():
        parts.append(f"## {panel}\n")
        for one in members:
            name = names.get(id(one)) or getattr(one, "__name__", "").replace("_", "-")
            parts.extend(_of(name, tree.commands[name]))
    words = ", ".join(f"`{alias}` for `{meant}`" for alias, meant in sorted(ALIASES.items()))
    parts.append(f"## Other words\nThese do the same, and no help lists them: {words}.\n")
    return "\n".join(parts)


def _of(name: str, command: Any) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is not None:
        yield f"### driftgate {name}\n{_first(command.help)}\n"
        if command.epilog:
            yield f"{command.epilog}\n"
        for path, leaf in leaves({name: command}):
            yield from _leaf(path, leaf, "####")
        return
    yield from _leaf(name, command, "###")


def _leaf(path: str, command: Any, heading: str) -> Iterator[str]:
    """One command. Of a group that does something by itself, what it does alone."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [
        one
        for one in command.params
        if one.param_type_name == "option" and one.name not in {"help", "url"} and not one.hidden
    ]
    words = [f"driftgate {path}", *(_argument(one) for one in arguments)]
    alone = getattr(command, "commands", None) is not None
    title = f"driftgate {path}{' (alone)' if alone else ''}"
    yield f"{heading} {title}\n    {' '.join([*words, *(['[OPTIONS]'] if options else [])])}\n"
    yield _text(command)
    if arguments or options:
        rows = [f"| `{_argument(one)}` | {_cell(one.help)} |" for one in arguments]
        rows += [f"| `{_option(one)}` | {_cell(one.help)} |" for one in options]
        yield "\n".join(["| | |", "| --- | --- |", *rows, ""])
    over = "Over `--url` too." if path in REACHES else "" if path in ALONE else "Not over `--url`."
    if over:
        yield f"{over}\n"


def _argument(one: Any) -> str:
    name = (one.metavar or one.name).upper().replace("_", "-")
    shown = f"{name}..." if one.nargs == -1 else name
    return shown if one.required else f"[{shown}]"


def _option(one: Any) -> str:
    return ", ".join([*one.opts, *one.secondary_opts]) + (" (required)" if one.required else "")


def _text(command: Any) -> str:
    """The help in paragraphs, its examples as they are typed."""
    paragraphs = []
    for part in (command.help or "").split("\n\n"):
        line = " ".join(part.split())
        example = line.removeprefix("Example: ")
        paragraphs.append(line if example == line else f"    {example}")
    return "\n\n".join(paragraphs) + "\n"


def _first(text: str | None) -> str:
    return " ".join((text or "").split("\n\n", maxsplit=1)[0].split())


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
