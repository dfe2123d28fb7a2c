"""Python's tracebacks in a log: whole chains, of several workers at once, cut off at the top."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.diagnosis.lines import Line

HEADER = "Traceback (most recent call last)"
_CAUSE = "The above exception was the direct cause"
_CONTEXT = "During handling of the above exception"
FRAME = re.compile(
    r"\s*File \"(?P<file>[^\"]{1,500})\", line (?P<line>\d{1,7})(?:,? in (?P<function>.{1,200}))?"
)
RAISED = re.compile(r"(?P<type>[A-Za-z_][\w.]{0,200}?)(?::\s(?P<message>.*))?")
ALONE = re.compile(
    r"(?P<type>(?:[a-z_]\w{0,80}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Exit|Timeout))"
    r"(?::\s(?P<message>.*))?"
)
LINKS = (_CAUSE, _CONTEXT)
_CARETS = re.compile(r"\s*[\^~]+\s*")
_NOT_OWN = re.compile(
    r"site-packages|dist-packages|^<|\.p[yx]x$|\.pxd$|/lib(?:64)?/python\d|/azureml-server/|/bin/|/opt/tritonserver/"
)
GENERATED = "/mlflow_resources/"
_DUMP = "most recent call first"
_LONG_ENOUGH = 1000
_FATAL = re.compile(r"Fatal Python error: (?P<message>.{1,200})")
FATAL = "Fatal Python error"


def is_own(file: str) -> bool:
    """Whether a file is the deployment's own code, and not of Python, a package or the platform.

    >>> is_own("/var/azureml-app/score.py"), is_own("/x/lib/python3.10/site-packages/a.py")
    (True, False)
    """
    return _NOT_OWN.search(file) is None and GENERATED not in file


class Link(StrEnum):
    """How an exception came after the one above it."""

    FIRST = "first"
    CAUSED = "caused"
    WHILE_HANDLING = "while_handling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One call: where, in which function, and the line of code as far as it was printed."""

    file: str
    line: int
    function: str | None = None
    code: str = ""

    @property
    def own(self) -> bool:
        """Whether it is the deployment's own code and no package's."""
        return is_own(self.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One exception of a chain; `at` is the index of the line that names it."""

    error: str
    message: str
    frames: tuple[Frame, ...]
    at: int
    link: Link = Link.FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What was raised together, as printed: the first cause first.

    `header` are the words before the traceback, which tell who reported it; `alone` says that
    there was no traceback at all, just the line that names the exception.
    """

    links: tuple[Raised, ...]
    begins: int
    header: str = ""
    worker: str = ""
    alone: bool = False

    @property
    def ends(self) -> int:
        """The index of its last line."""
        return self.links[-1].at

    def from_the_root(self) -> tuple[Raised, ...]:
        """The links in the order to blame them.

        A direct cause comes before what it caused; what broke while an exception was handled
        comes before the handled one, which somebody had expected.
        """
        order: list[Raised] = []
        for raised in self.links:
            order.insert(0 if raised.link is Link.WHILE_HANDLING else len(order), raised)
        return tuple(order)


def chains_of(lines: Sequence[Line]) -> tuple[Chain, ...]:
    """Every chain of exceptions, in the order they end; each worker's lines are read apart."""
    streams: dict[str, _Stream] = {}
    found: list[Chain | None] = []
    for at, line in enumerate(lines):
        stream = streams.setdefault(line.worker, _Stream(line.worker))
        found.append(stream.read(at, line))
    found.extend(stream.finish() for stream in streams.values())
    return tuple(sorted((chain for chain in found if chain), key=lambda chain: chain.ends))


class _Stream:
    """Reads one worker's lines; a chain is complete when something else follows it."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._forget()

    def _forget(self) -> None:
        self._links: list[Raised] = []
        self._frames: list[Frame] | None = None
        self._awaited: Link | None = None
        self._begins, self._header = 0, ""
        self._alone = self._settled = False
        self._fatal = ""

    def read(self, at: int, line: Line) -> Chain | None:
        """Take one more line; returns the chain that it shows to be complete."""
        text = line.text
        if HEADER in text or _DUMP in text or FRAME.match(text):
            return self._read_block(at, text)
        if text.startswith(LINKS):
            self._awaited = Link.CAUSED if text.startswith(_CAUSE) else Link.WHILE_HANDLING
            return None
        if self._frames is not None:
            return self._read_end(at, line, self._frames)
        if not text.strip():
            self._settled = True
            return None
        if self._links and not (line.opens or self._settled or self._awaited):
            self._lengthen(text)
            return None
        done = self.finish()
        if fatal := _FATAL.search(text):
            self._fatal, self._begins = fatal["message"], at
        elif line.level not in {"I", "D"} and (raised := ALONE.fullmatch(text.rstrip())):
            self._begins, self._alone = at, True
            self._raise(at, raised["type"], raised["message"] or "", [])
        return done

    def finish(self) -> Chain | None:
        """The chain that was read last, if any; the next line begins anew."""
        chain = None
        if self._links:
            chain = Chain(
                links=tuple(self._links),
                begins=self._begins,
                header=self._header,
                worker=self._worker,
                alone=self._alone,
            )
        self._forget()
        return chain

    def _read_block(self, at: int, text: str) -> Chain | None:
        done = None
        goes_on = self._awaited is not None or self._frames is not None or self._fatal
        if not goes_on:
            done = self.finish()
            self._begins, self._header = at, text.partition(HEADER)[0].strip()
        if self._frames is None:
            self._frames = []
        if frame := FRAME.match(text):
            self._frames.append(
                Frame(file=frame["file"], line=int(frame["line"]), function=frame["function"])
            )
        return done

    def _read_end(self, at: int, line: Line, frames: list[Frame]) -> Chain | None:
        """Code below a frame, or the line that names what was raised."""
        text = line.text
        if text.startswith(" "):
            if frames and not frames[-1].code and not _CARETS.fullmatch(text):
                frames[-1] = replace(frames[-1], code=text.strip())
            return None
        if self._fatal:
            self._raise(self._begins, FATAL, self._fatal, frames[::-1])
            return self.finish()
        if not text.strip():
            return None
        raised = RAISED.fullmatch(text.rstrip())
        named = raised is not None and raised["message"] is not None
        if frames and not (frames[-1].code or named or ALONE.fullmatch(text.rstrip())):
            frames[-1] = replace(frames[-1], code=text.strip())
            return None
        if raised is None:
            return self.finish()
        self._raise(at, raised["type"], raised["message"] or "", frames)
        return None

    def _raise(self, at: int, error: str, message: str, frames: list[Frame]) -> None:
        self._links.append(
            Raised(
                error=error if error == FATAL else error.rpartition(".")[2],
                message=message.strip(),
                frames=tuple(frames),
                at=at,
                link=self._awaited or Link.FIRST,
            )
        )
        self._frames, self._awaited, self._settled = None, None, False

    def _lengthen(self, text: str) -> None:
        last = self._links[-1]
        if len(last.message) < _LONG_ENOUGH:
            self._links[-1] = replace(last, message=f"{last.message} {text.strip()}".strip())
