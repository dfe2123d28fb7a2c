"""A container log as it may be kept: bounded, plain text, without secrets and rows."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shared.domain.diagnosis.lines import Line, line_of
from shared.domain.diagnosis.markers import REPORTED, SERVES, STARTS
from shared.domain.diagnosis.secrets import without_key_blocks, without_secrets
from shared.domain.diagnosis.tracebacks import ALONE, FRAME, HEADER, LINKS, RAISED, is_own
from shared.domain.diagnosis.values import DROPPED, of_script, shown, shown_message

MOST = 256 * 1024
MOST_LINES = 2000
LONGEST = 2000
_LONGEST_READ = 4096
_PARTIAL = 512
_FAR = 120
_NESTED = 3
_COLOURS = re.compile(
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]?|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|.)?"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_BREAKS = re.compile(r"\r?\n|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_WORDS = ("message", "msg", "log", "text", "event")
_MORE = ("error", "err", "exc_info", "exception", "stack_trace", "stacktrace", "stack", "traceback")
_NAMED = ("ImageUrl", "imageUrl", "image", "url", "path")
_LEVEL = ("levelname", "level", "severity")
_DRAWN = re.compile("[│└┌╭╰]")
_SERVER = "azmlinfsrv"
_RUNS = re.compile(r"in (?:invoke_run|handle_score|run|predict|score|inference|infer)\b")


def kept(log: str) -> str:
    """The end of a log as it may be shown to people and kept as evidence: 256 KiB, 2 000 lines.

    Colours and control characters go, lines of JSON become the lines they hold, secrets and what
    may be a row are hidden. What is kept suffices to diagnose, and is kept unchanged when read
    again.
    """
    raw = log[-MOST:]
    if len(log) > MOST:
        raw = raw.partition("\n")[2] or raw[_PARTIAL:]
    plain = [_plain(line) for line in _BREAKS.split(raw)[-MOST_LINES:]]
    unpacked = [part for line in plain for part in _unpacked(line)][-MOST_LINES:]
    safe = [without_secrets(line) for line in without_key_blocks(unpacked)]
    return "\n".join(_without_rows(safe)).strip("\n")


def _plain(line: str) -> str:
    line = _COLOURS.sub("", line).rstrip("\r").rpartition("\r")[2]
    line = _UNSEEN.sub("", line.replace("\t", "    ")).rstrip()
    if len(line) <= _LONGEST_READ:
        return line
    head = line[:_LONGEST_READ]
    cut = max(head.rfind(mark, _LONGEST_READ - _PARTIAL) for mark in " ,;\"'")
    return head[: cut if cut > 0 else _LONGEST_READ - _PARTIAL] + DROPPED


def _unpacked(line: str) -> Iterator[str]:
    """The lines inside a line: of a JSON record, or of a traceback with spelled-out breaks."""
    start = line.find("{")
    if 0 <= start <= _FAR and line.endswith("}") and '":' in line:
        record = _record(line[start:])
        if record is not None:
            yield from _from_record(line[:start].lstrip(), record)
            return
    if HEADER in line and "\\n" in line:
        for part in line.split("\\n"):
            yield part.replace('\\"', '"')
        return
    yield line


def _record(text: str) -> dict[str, Any] | None:
    """A record of JSON with the words of the innermost one that stands in its place."""
    record: dict[str, Any] | None = None
    for _ in range(_NESTED):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            break
        name = next((n for n in _WORDS if isinstance(value, dict) and _is_text(value, n)), None)
        if name is None:
            break
        text = value[name]
        record = {**(record or {}), _WORDS[0]: text} if record else value
    return record


def _is_text(record: dict[str, Any], name: str) -> bool:
    return isinstance(record.get(name), str)


def _from_record(before: str, record: dict[str, Any]) -> Iterator[str]:
    level = next((str(record[name]) for name in _LEVEL if record.get(name)), "")
    level = re.sub(r"\W", "", level).upper()[:9]
    logger = re.sub(r"[^\w.]", "", str(record.get("logger") or record.get("name") or "root"))[:80]
    mark = f"{level or 'INFO'}:{logger}:"
    words = next(str(record[name]) for name in _WORDS if _is_text(record, name))
    if len(record) <= 3 and "stream" in record:
        mark = ""
    first, *rest = _BREAKS.split(words.rstrip("\n"))
    yield before + mark + _plain(first)
    yield from map(_plain, rest)
    for name in _NAMED:
        if _is_text(record, name):
            yield before + mark + f"{name}: " + _plain(record[name])
    for name in _MORE:
        more = record.get(name)
        if isinstance(more, list):
            more = "\n".join(map(str, more))
        if isinstance(more, str) and more.strip():
            yield from (_plain(part) for part in _BREAKS.split(more.strip("\n")))


def _without_rows(lines: list[str]) -> Iterator[str]:
    """Each line as it may be kept; what is dropped in a row leaves one mark."""
    read = [line_of(raw) for raw in lines]
    reader = _Reader(serving=any(SERVES.search(line.text) for line in read))
    last = ""
    for line in read:
        text = reader.read(line)
        now = line.prefix + text if text != DROPPED else DROPPED
        if now == last == DROPPED or not (now or last):
            continue
        last = now
        yield now if len(now) <= LONGEST else now[:LONGEST] + DROPPED


class _Reader:
    """Goes down a log and knows whether it stands in a traceback and whether rows may have come.

    A log in which nothing was ever served holds no rows; one that is cut off at the top may have
    been `serving` where it begins.
    """

    def __init__(self, *, serving: bool) -> None:
        self._serving = serving
        self._block: list[str] = []
        self._goes_on = False

    def read(self, line: Line) -> str:
        """A line's words as they may be kept."""
        text = line.text
        signed = bool(line.logger) and of_script(line.logger)
        if not signed and (STARTS.search(text) or SERVES.search(text)):
            self._serving = STARTS.search(text) is None
            return shown(text, _SERVER, serving=self._serving)
        self._goes_on = self._goes_on and not line.opens and text.strip() not in {"", DROPPED}
        if HEADER in text:
            self._block = [""]
            reported = REPORTED.search(text[: text.index(HEADER)])
            return f"{reported.group() if reported else ''} {HEADER}:".lstrip()
        if FRAME.match(text):
            self._block.append(text)
            return text
        if self._block and text.startswith("    "):
            self._block.append(text)
            return DROPPED if _DRAWN.search(text) else text
        if text.startswith(LINKS):
            return text
        error = (RAISED if self._block else ALONE).fullmatch(text.rstrip())
        if error is not None and (self._block or line.level not in {"I", "D"}):
            return self._exception(error)
        if self._goes_on:
            return shown_message(text, serving=self._serving, by_library=True)
        return shown(text, line.logger, serving=self._serving)

    def _exception(self, error: re.Match[str]) -> str:
        block, self._block = self._block, []
        kind, message = error["type"], error["message"]
        self._goes_on = True
        if message is None:
            return kind
        serving = self._serving or any(_RUNS.search(frame) for frame in block)
        if kind.rpartition(".")[2] == "KeyError" and serving:
            return f"{kind}: {_key(message, block)}"
        if serving and _in_own_words(block):
            said = DROPPED
        else:
            said = shown_message(message, serving=serving, by_library=bool(block))
        self._goes_on = said != DROPPED
        return f"{kind}: {said}"


def _in_own_words(block: list[str]) -> bool:
    """Whether the deployment's own code raised it, so that the message is the script's."""
    at = max((n for n, text in enumerate(block) if FRAME.match(text)), default=None)
    frame = None if at is None else FRAME.match(block[at])
    if frame is None or at is None or not is_own(frame["file"]):
        return False
    return any(code.lstrip().startswith("raise") for code in block[at + 1 :])


def _key(message: str, block: list[str]) -> str:
    """The key that is missing, if it is a name of the code and not a value of a row."""
    key = message.strip("\"'")
    of_code = any(f"'{key}'" in code or f'"{key}"' in code for code in block)
    of_tables = "in index" in message or "[columns]" in message or "in axis" in message
    of_system = any("os.py" in frame for frame in block)
    return message if of_code or of_tables or of_system else DROPPED
