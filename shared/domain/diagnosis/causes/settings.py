"""Settings that the script or the server needs and does not have."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.trouble import Trouble

_KEY = re.compile(r"['\"](?P<name>[A-Za-z_]\w{0,100})['\"]")
_ENVIRON = re.compile(
    r"environ(?:\.get)?[\[(]\s*['\"](?P<name>\w{1,100})|getenv\(\s*['\"](?P<get>\w{1,100})"
)
_NO_PATH = re.compile(
    r"expected str, bytes or os\.PathLike object, not NoneType|unsupported operand type\(s\) for "
    r"(?:\+|/): 'NoneType' and 'str'|_getfullpathname: path should be string"
)
_FIELDS = re.compile(
    r"validation errors? for (?P<model>\w{0,60}(?:Settings|Config"
    r"|Env)\w{0,40}) (?P<field>\w{1,100})"
)
_UNDEFINED = re.compile(
    r"(?P<name>[A-Z][A-Z0-9_]{2,80}) (?:not found\. Declare it|(?:environment variable )?(?:is"
    r"|was) not set|must be set|is required|is missing)"
)
_SERVER = re.compile(r"^(?P<name>[A-Z][A-Z0-9_]{2,60}): (?P<why>.{1,120}) \(environment variable: ")


def missing_setting(trouble: Trouble) -> Diagnosis | None:
    """An environment variable that is not there."""
    name = _name(trouble)
    if name is None:
        return None
    fix = (
        "Read it in init(), where the platform sets it; it is not there when the script is only "
        "imported elsewhere"
        if name == "AZUREML_MODEL_DIR"
        else f"Set it in the deployment: `environment_variables: {{{name}: ...}}` (a secret by "
        "reference to a workspace connection or key vault)"
    )
    return trouble.blame(
        Cause.SETTING,
        f"{trouble.who} needs the environment variable {name}, which is not set.",
        f"{fix}, and deploy again.",
        named=name,
    )


def wrong_setting(trouble: Trouble) -> Diagnosis | None:
    """A variable of the server itself whose value it cannot use."""
    match = _SERVER.search(trouble.message)
    if match is None:
        return None
    return trouble.blame(
        Cause.SETTING,
        f"The server cannot use the environment variable {match['name']}: {match['why']}.",
        f"Correct {match['name']} in the deployment's environment_variables, and deploy again.",
        named=match["name"],
    )


def _name(trouble: Trouble) -> str | None:
    code = trouble.frames[-1].code if trouble.frames else ""
    own = next((frame.code for frame in reversed(trouble.frames) if frame.own), code)
    if trouble.error == "KeyError":
        key = _KEY.search(trouble.message)
        of_environment = trouble.deepest("os.py") or _ENVIRON.search(own)
        return key["name"] if key and of_environment else None
    if trouble.error == "TypeError" and _NO_PATH.search(trouble.message):
        asked = _ENVIRON.search(own)
        return (asked["name"] or asked["get"]) if asked else None
    if trouble.error == "ValidationError":
        field = _FIELDS.search(trouble.message)
        return field["field"] if field and "required" in trouble.message.casefold() else None
    undefined = _UNDEFINED.search(trouble.message) if trouble.error else None
    return undefined["name"] if undefined else None
