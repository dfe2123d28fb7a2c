"""An exception that no other rule knows: what, and on which line."""

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.tracebacks import FATAL
from shared.domain.diagnosis.trouble import Phase, Trouble

_NO_CAUSE = {
    "SystemExit",
    "KeyboardInterrupt",
    "GeneratorExit",
    "HaltServer",
    "UserScriptException",
    "UserScriptImportException",
    "CancelledError",
    "BrokenPipeError",
    "CondaEnvException",
    FATAL,
}


def uncaught(trouble: Trouble) -> Diagnosis | None:
    """The scoring script, or what it calls, raised something."""
    if not trouble.error or trouble.error in _NO_CAUSE:
        return None
    when = "while the container starts" if trouble.phase is Phase.STARTING else "while scoring"
    said = f": {trouble.message}" if trouble.message not in {"", "…"} else ""
    sentence = f"{trouble.who} raises {trouble.error} {when}{said}"
    where = trouble.where.told() if trouble.where is not None else "the traceback's last line"
    return trouble.blame(
        Cause.SCRIPT_ERROR,
        sentence if sentence.endswith((".", "!", "?")) else f"{sentence}.",
        f"Look at {where}; run the script with azmlinfsrv on the same environment to see it again.",
        named=trouble.error,
    )
