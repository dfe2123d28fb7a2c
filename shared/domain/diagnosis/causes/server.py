"""The server process itself: its port, its death, and what its probes say of it."""

import re

from shared.domain.diagnosis.diagnosis import Basis, Cause, Diagnosis
from shared.domain.diagnosis.tracebacks import FATAL
from shared.domain.diagnosis.trouble import Phase, Trouble

_IN_USE = re.compile(
    r"[Aa]ddress already in use|Connection in use: \('[\d.]{1,40}', (?P<port>\d{1,5})\)"
    r"|\[Errno 98\]"
)
_NO_RIGHT = re.compile(
    r"Can't connect to \('[\d.]{1,40}', (?P<port>\d{1,5})\)"
    r"|bind on address \('[\d.]{1,40}', (?P<bind>\d{1,5})\): permission denied"
)
_PROBE = re.compile(
    r"Name: (?P<kind>Readiness|Liveness|Startup)?(?:ProbeFailed|Unhealthy)|(?P<word>Readiness"
    r"|Liveness|Startup) probe failed"
)
_STATUS = re.compile(r"status ?code: (?P<code>\d{3})")
_REFUSED = re.compile(
    r"(?:dial tcp \S{1,60}:(?P<port>\d{1,5}): )?connect: connection refused"
    r"|connect\(\) failed \(111"
)
_LISTENS = re.compile(
    r"(?:Uvicorn running on|Listening at:"
    r"|Running on) https?://(?P<host>[\w.\[\]:-]{1,60}?):(?P<port>\d{1,5})"
)
_SIGNAL = re.compile(
    r"SIG(?P<name>SEGV|ILL|BUS|ABRT|FPE)\b|Segmentation fault|Illegal instruction|core dumped"
    r"|double free or corruption"
    r"|[Ee]xit(?:ed)?(?: with)? ?(?:code|status)?:? ?(?:139|132|134)\b|sent code 139|signal (?:11"
    r"|4|6)\b"
)
_ILLEGAL = re.compile(r"SIGILL|Illegal instruction|132\b|signal 4\b")


def port(trouble: Trouble) -> Diagnosis | None:
    """A port that is taken, not allowed, or another one than is asked."""
    if match := _IN_USE.search(trouble.message):
        of = f" {match['port']}" if match["port"] else ""
        return trouble.blame(
            Cause.PORT,
            f"The server cannot listen: its port{of} is in use already, by a second server in the "
            "container.",
            "Start one server only, or give the second another port; 31311, 31312 and 5001 may be "
            "the base image's own.",
            named=match["port"],
        )
    if match := _NO_RIGHT.search(trouble.message):
        number = match["port"] or match["bind"]
        return trouble.blame(
            Cause.PORT,
            f"The server may not listen on port {number}.",
            "Listen on a port above 1024, and name it in the inference_config's routes.",
            named=number,
        )
    return _other_port(trouble)


def crashed(trouble: Trouble) -> Diagnosis | None:
    """A signal of native code: no Python exception can tell more."""
    if trouble.error == FATAL:
        if "Abort" in trouble.message:
            return None
    elif not _SIGNAL.search(trouble.message):
        return None
    when = "while it started" if trouble.phase is Phase.STARTING else "while it served"
    place = f", in {trouble.where.told()}" if trouble.where is not None else ""
    fix = (
        "The build asks for CPU instructions that the instance lacks: take another instance_type, "
        "or a build for older CPUs."
        if _ILLEGAL.search(trouble.message)
        else "Run the script with PYTHONFAULTHANDLER=1 to see where; mostly two compiled packages "
        "do not fit each other, so pin them as in training."
    )
    return trouble.blame(Cause.CRASHED, f"The process crashed in native code {when}{place}.", fix)


def probe_failed(trouble: Trouble) -> Diagnosis | None:
    """Only the consequence is known: nobody answered the platform's probe."""
    match = _PROBE.search(trouble.message)
    if match is None:
        return None
    kind = (match["kind"] or match["word"] or "health").lower()
    status = _STATUS.search(trouble.message)
    if status is not None and status["code"].startswith("4"):
        return trouble.blame(
            Cause.PROBE_FAILED,
            f"The server answers the platform's {kind} probe with status {status['code']}.",
            "Set the probe's path and port in the environment's inference_config to one that the "
            "server answers with 200, and deploy again.",
            named=f"status {status['code']}",
        )
    return trouble.blame(
        Cause.PROBE_FAILED,
        f"The platform's {kind} probe got no good answer; these lines do not tell why.",
        "Look that the server listens on the probe's port and path and answers within its timeout; "
        "raise `initial_delay` if the start takes long.",
        basis=Basis.INFERRED,
    )


def _other_port(trouble: Trouble) -> Diagnosis | None:
    refused = _REFUSED.search(trouble.message)
    listens = trouble.said(_LISTENS) if refused is not None else None
    if refused is None or listens is None:
        return None
    asked = refused["port"]
    loopback = listens["host"] in {"127.0.0.1", "localhost"}
    if not loopback and (asked is None or asked == listens["port"]):
        return None
    what = (
        f"only the container itself can reach it, at {listens['host']}:{listens['port']}"
        if loopback
        else f"it listens on port {listens['port']}, and the platform asks port {asked}"
    )
    return trouble.blame(
        Cause.PORT,
        f"The server runs, but {what}.",
        "Let it listen on 0.0.0.0 and on the port of the inference_config's routes, and deploy "
        "again.",
        named=listens["port"],
        basis=Basis.INFERRED,
    )
