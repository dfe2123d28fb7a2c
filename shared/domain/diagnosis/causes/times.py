"""Starts and calls that last longer than they may."""

import re

from shared.domain.diagnosis.diagnosis import Basis, Cause, Diagnosis, Place
from shared.domain.diagnosis.markers import INIT_BEGINS, INIT_ENDS
from shared.domain.diagnosis.trouble import Phase, Trouble

_WORKER = re.compile(r"WORKER TIMEOUT \(pid:(?P<pid>\d{1,9})\)")
_SCRIPT = re.compile(r"Script failed to finish execution within the allocated time: (?P<ms>\d+)")
_PROXY = re.compile(
    r"upstream timed out|upstream prematurely closed connection|504 Gateway Time-?out"
    r"|Scoring timeout after \d+"
)
_PROBE = re.compile(
    r"(?P<kind>Readiness|Liveness) ?[Pp]robe ?[Ff]ailed|Handling signal: term"
    r"|Container .{0,80}will be restarted"
)
_LIMIT = re.compile(r"^Worker Timeout \(seconds\): (?P<seconds>\d+)")
_STACK = 150
"""Lines within which an aborted worker has printed where it stood."""
_PROBES = (
    "Give it longer: raise `initial_delay` and `failure_threshold` of liveness_probe and "
    "readiness_probe, load the model faster, or take a larger instance_type."
)


def worker_timeout(trouble: Trouble) -> Diagnosis | None:
    """Gunicorn killed a worker that was silent for too long, starting or scoring."""
    match = _WORKER.search(trouble.message)
    if match is None:
        return None
    limit = trouble.said(_LIMIT)
    lasted = f" longer than WORKER_TIMEOUT ({limit['seconds']} s)" if limit else " too long"
    place = _stuck_at(trouble, match["pid"])
    at = f", in {place.told()}" if place else ""
    if trouble.phase is Phase.STARTING and not _handles_request(trouble, match["pid"]):
        found = trouble.blame(
            Cause.START_TIMEOUT,
            f"init() took{lasted} and the worker was killed{at}.",
            "Load less in init(), load it faster, or raise the environment variable "
            "WORKER_TIMEOUT together with the probes' `initial_delay`.",
        )
    else:
        found = trouble.blame(
            Cause.CALL_TIMEOUT,
            f"A call took{lasted} and the worker was killed{at}.",
            "Make run() faster or its batches smaller; raise WORKER_TIMEOUT and "
            "`request_settings.request_timeout_ms` only if calls may take that long.",
        )
    return Diagnosis(
        cause=found.cause,
        sentence=found.sentence,
        fix=found.fix,
        where=place,
        quoted=found.quoted,
    )


def call_timeout(trouble: Trouble) -> Diagnosis | None:
    """The server or the proxy in front gave a call up."""
    script = _SCRIPT.search(trouble.message)
    if script is None and not (_PROXY.search(trouble.message) and "POST" in trouble.text):
        return None
    limit = f" ({script['ms']} ms)" if script else ""
    return trouble.blame(
        Cause.CALL_TIMEOUT,
        f"Scoring a call takes longer than it may{limit}.",
        "Make run() faster or its batches smaller, take a larger instance_type, or raise "
        "`request_settings.request_timeout_ms` (and SCORING_TIMEOUT_MS where it is set).",
        named=f"{script['ms']} ms" if script else None,
    )


def start_timeout(trouble: Trouble) -> Diagnosis | None:
    """Ended by the platform while init() had begun and not ended."""
    if trouble.phase is Phase.SERVING or not _PROBE.search(trouble.message):
        return None
    lines = trouble.log[trouble.since : trouble.until]
    begun = [at for at, line in enumerate(lines) if INIT_BEGINS.search(line.text)]
    if not begun or any(INIT_ENDS.search(line.text) for line in lines[begun[-1] + 1 :]):
        return None
    return trouble.blame(
        Cause.START_TIMEOUT,
        "init() had begun and not ended when the container was stopped: it seems to take longer "
        "than the probes allow.",
        _PROBES,
        basis=Basis.INFERRED,
    )


def hung_starts(starts: int, line: str) -> Diagnosis:
    """Several starts, each as far as init() and no further, with no word why."""
    return Diagnosis(
        cause=Cause.START_TIMEOUT,
        sentence=f"The container started {starts} times and never came to the end of init(): it "
        "takes longer than the probes allow, or it hangs.",
        fix=_PROBES,
        quoted=(line,),
        basis=Basis.INFERRED,
    )


def _handles_request(trouble: Trouble, pid: str) -> bool:
    """Where the log is cut off at the top, the worker's last words tell what it was doing."""
    after = trouble.log[trouble.at : min(trouble.until, trouble.at + _STACK)]
    return any("Error handling request" in line.text and line.worker == pid for line in after)


def _stuck_at(trouble: Trouble, pid: str) -> Place | None:
    """Where the killed worker stood: it prints its stack when it is aborted."""
    for chain in trouble.chains:
        near = trouble.at < chain.ends and chain.begins < trouble.at + _STACK
        if near and chain.worker in {pid, "", trouble.log[trouble.at].worker}:
            own = [frame for raised in chain.links for frame in raised.frames if frame.own]
            if own:
                return Place(file=own[-1].file, line=own[-1].line, function=own[-1].function)
    return None
