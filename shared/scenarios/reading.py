"""A scenario file into a Scenario; every fault is one sentence with file, line and fix."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from textwrap import dedent

from shared.domain.ordering import natural
from shared.environment import InvalidSetting
from shared.errors import InvalidScenario
from shared.scenarios.expecting import EXPECTATIONS, read_expectation
from shared.scenarios.phrases import Form, Found, parse_span, split_clauses
from shared.scenarios.script import Expectation, Scenario, Step
from shared.scenarios.times import parse_moment, spell_moment
from shared.scenarios.verbs import VERBS, Verb
from shared.schedules import SCHEDULES, Schedule

SUFFIX = ".scenario"
_TIME = r"(?:day \d+ )?\d\d:\d\d"
_SPAN = r"\d[\d.]* ?[a-z]+"
_START = re.compile(r"start (\d{4}-\d\d-\d\d)(?:, an? ([A-Z][a-z]+))?")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_JUST = timedelta(seconds=59)
_MOST_NEAR = 3
_DEFAULT_START = datetime(2026, 2, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A line that begins at the margin, and the indented lines below it."""

    line: int
    text: str
    below: tuple[tuple[int, str], ...]

    @property
    def block(self) -> str:
        return dedent("\n".join(text for _, text in self.below)) + "\n"


def read_scenario(path: Path) -> Scenario:
    """Read one file. Raises InvalidScenario for a line that nobody understands."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidScenario(f"{path.name} cannot be read: {problem}.") from problem
    reader = _Reader()
    for entry in _entries(text):
        try:
            reader.take(entry)
        except InvalidScenario as problem:
            raise InvalidScenario(f"{path.name} {problem}") from problem
        except ValueError as problem:
            raise InvalidScenario(f"{path.name} line {entry.line}: {problem}.") from problem
    return reader.scenario(path, _title(text))


def find_scenarios(paths: Sequence[Path]) -> list[Path]:
    """Files as they are named, and of folders those that end in `.scenario`, by name.

    Raises InvalidScenario for a path that is not there, or a folder without any.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob(f"*{SUFFIX}"), key=lambda one: natural(str(one)))
            if not inside:
                raise InvalidScenario(f"{path} holds no file that ends in {SUFFIX}.")
            found.extend(inside)
        elif path.is_file():
            found.append(path)
        else:
            raise InvalidScenario(f"There is no file {path}.")
    return found


def _title(text: str) -> str:
    """The comment that the file begins with, up to its first empty line."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#") or not line.strip("# "):
            break
        lines.append(line.strip("# "))
    return " ".join(lines)


def _entries(text: str) -> Iterator[_Entry]:
    head: tuple[int, str] | None = None
    below: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1].isspace() or not line:
            if head is not None:
                below.append((number, line))
        elif not line.startswith("#"):
            if head is not None:
                yield _entry(head, below)
            head, below = (number, _without_comment(line)), []
    if head is not None:
        yield _entry(head, below)


def _entry(head: tuple[int, str], below: list[tuple[int, str]]) -> _Entry:
    while below and not below[-1][1].strip():
        below.pop()
    return _Entry(line=head[0], text=head[1], below=tuple(below))


def _without_comment(line: str) -> str:
    kept = re.match(r'(?:[^"#]|"[^"]*"|(?<!\s)#)*', line)
    return " ".join(_outside_quotes(kept[0] if kept is not None else line))


def _outside_quotes(line: str) -> list[str]:
    return re.findall(r'(?:[^\s"]|"[^"]*")+', line)


class _Reader:
    """Takes entry after entry, and keeps where in time the story is."""

    def __init__(self) -> None:
        self._start = _DEFAULT_START
        self._now: datetime | None = None
        self._end = self._start
        self._opening: list[Step] = []
        self._steps: list[Step] = []
        self._expectations: list[Expectation] = []
        self._at_the_end: list[tuple[_Entry, str]] = []
        self._watched = timedelta(hours=1)
        self._only_events: str | None = None
        self._schedules: dict[str, Schedule] = {}
        self._leads: tuple[tuple[re.Pattern[str], Callable[..., None]], ...] = (
            (re.compile(rf"at ({_TIME}) (.+)"), self._at),
            (re.compile(r"at the end (.+)"), self._at_end),
            (re.compile(rf"after ({_SPAN}) (.+)"), self._after),
            (re.compile(rf"each day at ({_TIME}) for (\d+) days (.+)"), self._each_day),
            (re.compile(rf"from ({_TIME}) until ({_TIME}) (.+)"), self._from),
            (re.compile(rf"between ({_TIME}) and ({_TIME}) (.+)"), self._between),
            (re.compile(rf"within ({_SPAN}) (.+)"), self._within),
            (re.compile(rf"(?:by|until) ({_TIME}) (.+)"), self._by),
        )

    def scenario(self, path: Path, title: str) -> Scenario:
        """What was read. Raises InvalidScenario when nothing happens or nothing is expected."""
        for entry, sentence in self._at_the_end:
            self._expect(entry, sentence, self._end, self._end)
        if not self._expectations:
            raise InvalidScenario(
                f"{path.name} expects nothing; write what has to be told, such as "
                "`at 02:00 nothing fires`."
            )
        return Scenario(
            name=path.stem,
            path=path,
            title=title or path.stem,
            start=self._start,
            end=self._end,
            opening=tuple(self._opening),
            steps=tuple(sorted(self._steps, key=lambda step: step.at)),
            expectations=tuple(self._expectations),
            watched=self._watched,
            only_events=self._only_events,
            schedules=self._schedules,
        )

    def take(self, entry: _Entry) -> None:
        """One entry: a lead with a time, a heading, or what was true before the start."""
        for pattern, read in self._leads:
            found = pattern.fullmatch(entry.text)
            if found is not None:
                read(entry, *found.groups())
                return
        if self._now is not None:
            raise ValueError(
                f"{entry.text[:80]!r} has no time; begin with at, after, each day, from, between, "
                "within, by or until"
            )
        if not self._heading(entry):
            self._open(entry)

    def _heading(self, entry: _Entry) -> bool:
        text = entry.text
        if text.split(" ")[0] == "start":
            self._begin(text)
        elif text == "watched from the start":
            self._watched = timedelta()
        elif (found := re.fullmatch(rf"watched for ({_SPAN}) before", text)) is not None:
            self._watched = parse_span(found[1])
        elif text.startswith("only an event can tell: "):
            self._only_events = text.partition(": ")[2]
        elif (found := re.fullmatch(r'schedule (\w+) "([^"]*)"', text)) is not None:
            self._schedule(found[1].upper(), found[2])
        else:
            return False
        return True

    def _begin(self, text: str) -> None:
        found = _START.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no start; write start 2026-02-03, a Tuesday")
        self._start = self._end = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        day = _DAYS[self._start.weekday()]
        if found[2] is not None and found[2] != day:
            raise ValueError(f"{found[1]} is a {day}, not a {found[2]}; correct one of them")

    def _schedule(self, name: str, expression: str) -> None:
        if name not in {*SCHEDULES, "ALL"}:
            known = ", ".join(sorted(SCHEDULES)).lower()
            raise ValueError(f"there is no {name.lower()} timer; known are {known}, all")
        try:
            schedule = Schedule.parse(expression)
            self._schedules.update(dict.fromkeys(SCHEDULES if name == "ALL" else [name], schedule))
        except InvalidSetting as problem:
            raise ValueError(str(problem).rstrip(".")) from problem

    def _open(self, entry: _Entry) -> None:
        endpoint = re.fullmatch(r"endpoint ([A-Za-z0-9][A-Za-z0-9_-]*)", entry.text)
        if endpoint is None:
            self._opening.append(self._step(entry, entry.text, self._start))
            return
        alone = _Entry(line=entry.line, text=entry.text, below=())
        self._opening.append(self._step(alone, entry.text, self._start))
        for line, text in entry.below:
            sentence = _without_comment(text.strip())
            if sentence:
                below = _Entry(line=line, text=sentence, below=())
                try:
                    step = self._step(below, sentence, self._start)
                except ValueError as problem:
                    raise InvalidScenario(f"line {line}: {problem}.") from problem
                values = {"endpoint": endpoint[1], **step.found.values}
                found = Found(values=values, clauses=step.found.clauses, line=line)
                self._opening.append(Step(at=step.at, verb=step.verb, found=found))

    def _at(self, entry: _Entry, time: str, sentence: str) -> None:
        self._happen(entry, sentence, parse_moment(time, self._start))

    def _after(self, entry: _Entry, span: str, sentence: str) -> None:
        self._happen(entry, sentence, (self._now or self._start) + parse_span(span))

    def _happen(self, entry: _Entry, sentence: str, at: datetime) -> None:
        if self._expect(entry, sentence, at, at + _JUST):
            self._go_to(at)
            return
        self._in_order(at)
        self._go_to(at)
        self._steps.append(self._step(entry, sentence, at))

    def _each_day(self, entry: _Entry, time: str, count: str, sentence: str) -> None:
        first = parse_moment(time, self._start)
        days = [first + timedelta(days=number) for number in range(int(count))]
        if not days:
            raise ValueError("for 0 days it never happens; write 1 or more")
        self._in_order(first)
        self._go_to(first)
        self._end = max(self._end, days[-1])
        self._steps.extend(self._step(entry, sentence, at) for at in days)

    def _from(self, entry: _Entry, time: str, until: str, sentence: str) -> None:
        begin, end = parse_moment(time, self._start), parse_moment(until, self._start)
        if begin >= end:
            raise ValueError(f"{until} is not after {time}; write the later time behind until")
        if self._expect(entry, sentence, begin, end):
            return
        self._in_order(begin)
        self._go_to(begin)
        self._end = max(self._end, end)
        step = self._step(entry, sentence, begin)
        if not step.verb.lasts:
            raise ValueError(f"{sentence!r} does not last; write `at {time}` before it")
        self._steps.append(Step(at=begin, verb=step.verb, found=step.found, until=end))

    def _between(self, entry: _Entry, time: str, until: str, sentence: str) -> None:
        begin, end = parse_moment(time, self._start), parse_moment(until, self._start)
        if begin >= end:
            raise ValueError(f"{until} is not after {time}; write the later time behind and")
        self._must_expect(entry, sentence, begin, end)

    def _within(self, entry: _Entry, span: str, sentence: str) -> None:
        now = self._now or self._start
        self._must_expect(entry, sentence, now, now + parse_span(span))

    def _by(self, entry: _Entry, time: str, sentence: str) -> None:
        now, until = self._now or self._start, parse_moment(time, self._start)
        if until < now:
            raise ValueError(f"{time} is before {spell_moment(now, self._start)} of the line above")
        self._must_expect(entry, sentence, now, until)

    def _at_end(self, entry: _Entry, sentence: str) -> None:
        self._at_the_end.append((entry, sentence))
        if read_expectation(sentence) is None:
            raise ValueError(f"{sentence!r} is no expectation; write `at the end nothing fires`")

    def _must_expect(self, entry: _Entry, sentence: str, start: datetime, end: datetime) -> None:
        if not self._expect(entry, sentence, start, end):
            raise ValueError(
                f"{sentence!r} is no expectation; write one of: "
                + "; ".join(form.text for form in EXPECTATIONS)
            )

    def _expect(self, entry: _Entry, sentence: str, start: datetime, end: datetime) -> bool:
        fields = read_expectation(sentence)
        if fields is None:
            return False
        self._end = max(self._end, end)
        self._expectations.append(
            Expectation(start=start, end=end, line=entry.line, sentence=entry.text, **fields)  # type: ignore[arg-type]
        )
        return True

    def _in_order(self, at: datetime) -> None:
        if self._now is not None and at < self._now:
            raise ValueError(
                f"{spell_moment(at, self._start)} is before {spell_moment(self._now, self._start)} "
                "of a line above; write what happens in its order"
            )

    def _go_to(self, at: datetime) -> None:
        self._now = max(self._now or at, at)
        self._end = max(self._end, at)

    def _step(self, entry: _Entry, sentence: str, at: datetime) -> Step:
        head, *clauses = split_clauses(sentence)
        if head.endswith(" silently"):
            head, clauses = head.removesuffix(" silently"), ["silently", *clauses]
        for verb in VERBS:
            values = verb.form.match(head)
            if values is None:
                continue
            if verb.needs_block and not entry.block.strip():
                raise ValueError(f"nothing is written below {head!r}; write it there, indented")
            if entry.below and not verb.block:
                line, text = entry.below[0]
                raise InvalidScenario(
                    f"line {line}: {text.strip()[:60]!r} is indented; nothing is written below "
                    f"`{verb.form.text}`."
                )
            found = [_clause(verb, clause) for clause in clauses]
            return Step(
                at=at,
                verb=verb,
                found=Found(values=values, clauses=found, block=entry.block, line=entry.line),
            )
        raise ValueError(f"{head[:80]!r} is not understood; {_suggestion(head)}")


def _clause(verb: Verb, text: str) -> tuple[str, Found]:
    for form in verb.clauses:
        values = form.match(text)
        if values is not None:
            return form.text, Found(values=values)
    known = "; ".join(form.text for form in verb.clauses) or "no clause"
    raise ValueError(f"{text[:60]!r} is not understood; `{verb.form.text}` takes: {known}")


def _suggestion(head: str) -> str:
    """The forms that begin with the same word, else alike, else those with the most of its words.

    Where a reason has several words without quotes, it says that first.
    """
    forms: list[Form] = [*(verb.form for verb in VERBS), *EXPECTATIONS]
    first = head.split(" ", maxsplit=1)[0]
    words = {form.text.split(" ")[0] for form in forms}
    close = [first] if first in words else get_close_matches(first, words, n=1)
    texts = list(dict.fromkeys(form.text for form in forms))
    told = [text for text in texts if text.split(" ")[0] in close]
    _, because, reason = head.partition(" because ")
    quoted = "put a text of several words in quotes, or " if _is_bare(because, reason) else ""
    return f"{quoted}write one of: " + "; ".join(told or _nearest(head, texts))


def _is_bare(because: str, reason: str) -> bool:
    return bool(because) and " " in reason.strip() and not reason.startswith('"')


def _nearest(head: str, texts: Sequence[str]) -> list[str]:
    """Those whose own words, which names do not fill, are most of all in what was written."""
    written = set(head.split())

    def unlike(text: str) -> tuple[int, int]:
        own = {word for word in text.split() if word.islower()}
        return -len(own & written), len(own - written)

    return sorted(texts, key=unlike)[:_MOST_NEAR]
