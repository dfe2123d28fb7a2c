"""A log line taken apart: what was said, and who said it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_STAMP = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d)?"
_LEVELS = r"TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL|EXCEPTION"
_PREFIXES = (
    re.compile(
        rf"{_STAMP} \|? ?(?P<level>[TDIWECF]) \[(?P<worker>\d{{1,9}})\] "
        r"(?P<logger>[\w.]{1,80}) - "
    ),
    re.compile(rf"\[{_STAMP} ?{_ZONE}\] \[(?P<worker>\d{{1,9}})\] \[(?P<level>{_LEVELS})\] "),
    re.compile(
        rf"{_STAMP}{_ZONE} \[(?P<level>{_LEVELS}) ?\] (?P<logger>[\w.-]{{1,80}}) "
        rf"(?P<torch>[\w.]{{1,120}}) - "
    ),
    re.compile(
        r"(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d{1,9} +(?P<worker>\d{1,9}) "
        r"(?P<logger>[\w./-]{1,80}:\d{1,6})\] ?"
    ),
    re.compile(
        rf"{_STAMP}{_ZONE} \| (?P<level>{_LEVELS}) {{0,8}}\| (?P<logger>[\w.<>:]{{1,120}}) - "
    ),
    re.compile(rf"\[{_STAMP}\] (?P<level>{_LEVELS}) in (?P<logger>[\w.]{{1,80}}): "),
    re.compile(rf"{_STAMP}{_ZONE} \| (?P<logger>[\w.]{{1,80}}) \| (?P<level>{_LEVELS}) \| "),
    re.compile(rf"{_STAMP}{_ZONE} ?- (?P<logger>[\w.]{{1,80}}) - (?P<level>{_LEVELS}) - "),
    re.compile(rf"{_STAMP}{_ZONE} (?P<level>{_LEVELS}) {{0,4}}(?P<logger>[\w.]{{1,80}}): "),
    re.compile(rf"{_STAMP}{_ZONE} [-|] (?P<logger>[\w-]{{1,40}}/run) [-|]? ?"),
    re.compile(
        rf"(?P<level>{_LEVELS}) \d\d-\d\d \d\d:\d\d:\d\d "
        rf"\[?(?P<logger>[\w./-]{{1,80}}:\d{{1,6}})\]? "
    ),
    re.compile(rf"{_STAMP}{_ZONE} (?:std(?:out|err) [FP] )?"),
    re.compile(rf"(?P<level>{_LEVELS}):(?P<logger>[\w.]{{1,80}}):"),
    re.compile(r"(?P<level>INFO|WARNING|ERROR|CRITICAL): {2,8}"),
    re.compile(r"(?P<stream>[\w.-]{1,60}[_-]\d{1,4}) {0,20}\| "),
    re.compile(r"\[(?P<stream>[a-z][\w.-]{1,80}-[\w-]{4,40})\] "),
)
_NESTED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The words of a line without what its writers put in front.

    `worker` is the process or the container that wrote it, carried on to the lines below that have
    no mark of their own; `opens` says that the line begins a record.
    """

    text: str
    prefix: str = ""
    level: str = ""
    logger: str = ""
    worker: str = ""

    @property
    def opens(self) -> bool:
        """Whether it begins a record; the lines of a traceback go on one."""
        return bool(self.prefix)


def lines_of(log: str) -> tuple[Line, ...]:
    """Every line of a log, in order."""
    return tuple(_carried(map(line_of, log.split("\n"))))


def line_of(raw: str) -> Line:
    """One line without what stands in front of its words; indentation stays.

    >>> line_of("2026-11-26 04:33:36,672 E [11913] azmlinfsrv - Traceback: ...").worker
    '11913'
    >>> line_of('2026-03-10T09:12:01.5Z [2026-03-10 09:12:01 +0000] [7] [INFO] Booting').text
    'Booting'
    """
    said: dict[str, str] = {}
    rest = raw
    for _ in range(_NESTED):
        match = next((found for prefix in _PREFIXES if (found := prefix.match(rest))), None)
        if match is None:
            break
        said |= {name: value for name, value in match.groupdict().items() if value}
        rest = rest[match.end() :]
    return Line(
        text=rest,
        prefix=raw[: len(raw) - len(rest)],
        level=said.get("level", "")[:1].upper(),
        logger=said.get("torch") or said.get("logger", ""),
        worker=said.get("worker") or said.get("stream", ""),
    )


def _carried(lines: Iterable[Line]) -> Iterable[Line]:
    worker = ""
    for line in lines:
        worker = line.worker or ("" if line.opens else worker)
        yield Line(
            text=line.text,
            prefix=line.prefix,
            level=line.level,
            logger=line.logger,
            worker=worker,
        )
