"""A log cut into the starts of the container: which of its troubles still hold."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain.diagnosis.lines import Line
from shared.domain.diagnosis.markers import (
    BANNER,
    CALL,
    GUNICORN,
    NOT_BOOTED,
    READY,
    REPORTED,
    STOPPED,
)
from shared.domain.diagnosis.tracebacks import Chain
from shared.domain.diagnosis.trouble import Phase, Trouble

_LOGGED_BY_SCRIPT = re.compile(r"(?:root|entry_module|__main__|score\w*|azmlinfsrv\.print)$")
_QUIET = frozenset("IDTN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that was answered; `at` is the index of its line."""

    at: int
    status: int
    worker: str

    @property
    def failed(self) -> bool:
        """Whether the server could not answer it."""
        return self.status >= 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The lines [begins, ends) from one start of the container to the next.

    `ready` is the index at which it was last ready to serve, None when it never was.
    """

    begins: int
    ends: int
    ready: int | None
    calls: tuple[Call, ...]
    troubles: tuple[Trouble, ...]
    log: Sequence[Line]

    @property
    def served(self) -> bool:
        """Whether it came as far as serving."""
        return self.ready is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The lines of one start, and the first at which it was ready."""

    log: Sequence[Line]
    begins: int
    ends: int
    first_ready: int | None
    chains: tuple[Chain, ...]

    def phase(self, at: int) -> Phase:
        came = self.first_ready is not None and at > self.first_ready
        return Phase.SERVING if came else Phase.STARTING

    def trouble(self, at: int, phase: Phase, chain: Chain | None = None) -> Trouble:
        return Trouble(
            at=at,
            phase=phase,
            log=self.log,
            since=self.begins,
            until=self.ends,
            chains=self.chains,
            raised=None if chain is None else chain.from_the_root()[0],
            chain=chain,
        )


def attempts_of(log: Sequence[Line], chains: Iterable[Chain]) -> tuple[Attempt, ...]:
    """Every start of the container, the last one last; one at least.

    What stands before the first start, such as the platform's events, belongs to the first.
    """
    starts = _starts(log)
    known = list(chains)
    ends = [*starts[1:], len(log)]
    return tuple(
        _attempt(log, begins, end, [c for c in known if begins <= c.ends < end])
        for begins, end in zip(starts, ends, strict=True)
    )


def _starts(log: Sequence[Line]) -> list[int]:
    starts: list[int] = []
    has_gunicorn = True
    for at, line in enumerate(log):
        if BANNER.search(line.text):
            starts.append(at)
            has_gunicorn = False
        elif GUNICORN.search(line.text):
            if has_gunicorn:
                starts.append(at)
            has_gunicorn = True
    return [0, *starts[1:]]


def _attempt(log: Sequence[Line], begins: int, ends: int, chains: list[Chain]) -> Attempt:
    calls = tuple(_calls(log, begins, ends))
    ready = _readiness(log, begins, ends, calls)
    last_ready = max(ready, default=None)
    if last_ready is not None and any(
        NOT_BOOTED.search(line.text) for line in log[last_ready:ends]
    ):
        ready, last_ready = [], None
    span = _Span(
        log=log,
        begins=begins,
        ends=ends,
        first_ready=min(ready, default=None),
        chains=tuple(chains),
    )
    troubles = [*_raised(span, calls), *_told(span)]
    return Attempt(
        begins=begins,
        ends=ends,
        ready=last_ready,
        calls=calls,
        troubles=tuple(sorted(troubles, key=lambda trouble: trouble.at)),
        log=log,
    )


def _readiness(log: Sequence[Line], begins: int, ends: int, calls: Sequence[Call]) -> list[int]:
    """Where a worker said that it is ready, and the first call that was answered well."""
    said = [at for at in range(begins, ends) if READY.search(log[at].text)]
    return said + [call.at for call in calls if call.status < 400][:1]


def _calls(log: Sequence[Line], begins: int, ends: int) -> Iterable[Call]:
    """Each answered request once: a server may log it in two ways."""
    last: Call | None = None
    for at in range(begins, ends):
        if match := CALL.search(log[at].text):
            call = Call(at=at, status=int(match["status"]), worker=log[at].worker)
            twice = (
                last is not None
                and last.at >= at - 2
                and last.status == call.status
                and "gunicorn.access" in log[at].logger
                and last.worker == call.worker
            )
            if not twice:
                yield call
            last = call


def _raised(span: _Span, calls: Sequence[Call]) -> Iterable[Trouble]:
    """The exceptions nobody caught, one trouble a chain, its root told first."""
    for chain in span.chains:
        phase = _phase_of(chain, span)
        if phase is Phase.SERVING and not _uncaught(chain, span.log, calls):
            continue
        yield span.trouble(chain.ends, phase, chain)


def _phase_of(chain: Chain, span: _Span) -> Phase:
    """By who called the script, which a log cut off at the top tells as well."""
    functions = _functions(chain)
    if functions & {"invoke_run", "handle_score", "handle_request", "run_asgi", "run_wsgi"}:
        return Phase.SERVING
    if functions & {"invoke_init", "load_script", "init_process", "import_app"}:
        return Phase.STARTING
    if functions & {"init", "lifespan"}:
        return Phase.STARTING
    if functions & {"run", "predict"} and "<module>" not in functions:
        return Phase.SERVING
    return span.phase(chain.begins)


def _functions(chain: Chain) -> set[str | None]:
    return {frame.function for raised in chain.links for frame in raised.frames}


def _uncaught(chain: Chain, log: Sequence[Line], calls: Sequence[Call]) -> bool:
    """What the script logged itself counts only if the call then failed."""
    if _functions(chain) & {
        "invoke_run",
        "handle_score",
        "handle_request",
        "run_asgi",
        "dispatch_request",
    }:
        return True
    by_script = chain.alone or _LOGGED_BY_SCRIPT.match(log[chain.begins].logger) is not None
    if not by_script and REPORTED.search(chain.header):
        return True
    later = [call for call in calls if call.at > chain.ends]
    answer = next((call for call in later if call.worker == chain.worker), None)
    answer = answer or next(iter(later), None)
    return answer.failed if answer is not None else not by_script


def _told(span: _Span) -> Iterable[Trouble]:
    """The plain lines that can tell of trouble: those that nobody wrote as a mere note."""
    inside = {at for chain in span.chains for at in range(chain.begins, chain.ends + 1)}
    for at in range(span.begins, span.ends):
        line = span.log[at]
        noted = line.level in _QUIET and STOPPED.search(line.text) is None
        if at not in inside and line.text.strip() and not noted:
            yield span.trouble(at, span.phase(at))
