"""The scoring script is not where the server looks, or is no scoring script."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis, Place
from shared.domain.diagnosis.tracebacks import Frame
from shared.domain.diagnosis.trouble import Trouble

_NO_FILE = re.compile(r"No such file or directory: '(?P<path>[^']{1,400})'")
_NO_FUNCTION = re.compile(
    r"(?P<path>[^\s]{1,400}) does not have a (?P<function>init|run)\(\) function defined"
)
_NO_ATTRIBUTE = re.compile(
    r"module '(?P<path>[\w.]{1,120})' has no attribute '(?P<function>init|run)'"
)
_RUN = re.compile(r"run\(\) (?:cannot|needs to) (?P<why>.{1,160})")
_ASGI = re.compile(
    r"Could not import module \"(?P<module>[\w.]{1,120})\""
    r"|Attribute \"(?P<name>\w{1,80})\" not found in module \"(?P<of>[\w.]{1,120})\""
    r"|Failed to find attribute '(?P<attribute>\w{1,80})' in '(?P<wsgi>[\w.]{1,120})'"
)
_CANNOT_OPEN = re.compile(r"can't open file '(?P<path>[^']{1,400})'")
_SYNTAX = {"SyntaxError", "IndentationError", "TabError"}
_CHECK = (
    "Set `code_configuration.code` to the folder and `scoring_script` to the file's path within "
    "it, and deploy again."
)


def no_script(trouble: Trouble) -> Diagnosis | None:
    """The file named as scoring script is not in the container."""
    if (opened := _CANNOT_OPEN.search(trouble.message)) is not None:
        path = opened["path"]
    elif trouble.message.startswith("No module named 'main'") and _by_server(trouble):
        path = "main.py"
    else:
        missing = _NO_FILE.search(trouble.message)
        if missing is None or not _loading(trouble) or trouble.where is not None:
            return None
        path = missing["path"]
    return trouble.blame(
        Cause.ENTRY_SCRIPT,
        f"The server looks for the scoring script at {path}, and there is no such file.",
        _CHECK,
        named=path,
    )


def no_function(trouble: Trouble) -> Diagnosis | None:
    """It has no init() or run(), or a run() that the server cannot call."""
    match = _NO_FUNCTION.search(trouble.message) or _NO_ATTRIBUTE.search(trouble.message)
    if match is not None:
        function = match["function"]
        return trouble.blame(
            Cause.ENTRY_SCRIPT,
            f"The scoring script {match['path']} has no function {function}().",
            f"Define {function}() at the top level of the scoring script, and deploy again.",
            named=f"{function}()",
        )
    if (match := _RUN.search(trouble.message)) and trouble.error == "UserScriptError":
        return trouble.blame(
            Cause.ENTRY_SCRIPT,
            f"The server cannot call the scoring script: {match.group(0)}",
            "Give run() one argument for the request's body, and deploy again.",
            named="run()",
        )
    if match := _ASGI.search(trouble.message):
        module = match["module"] or match["of"] or match["wsgi"]
        name = match["name"] or match["attribute"]
        lacks = f"has no {name}" if name else "cannot be imported"
        return trouble.blame(
            Cause.ENTRY_SCRIPT,
            f"The server is told to serve {module}, which {lacks}.",
            "Correct the module and the name in the command that starts the server, or copy the "
            "file into the image, and deploy again.",
            named=module,
        )
    return None


def not_python(trouble: Trouble) -> Diagnosis | None:
    """A file of the deployment is no valid Python."""
    if trouble.error not in _SYNTAX:
        return None
    broken = trouble.frames[-1] if trouble.frames and trouble.frames[-1].own else None
    if broken is None:
        return None
    place = Place(file=broken.file, line=broken.line)
    return trouble.blame(
        Cause.ENTRY_SCRIPT,
        f"{place.told()} is no valid Python: {trouble.message}.",
        "Correct the line (python -m py_compile tells the same), and deploy again.",
        named=broken.file,
    )


def _loading(trouble: Trouble) -> bool:
    """Whether the server was loading the script, and not the script something else."""
    return any(frame.function == "load_script" for frame in _frames(trouble))


def _by_server(trouble: Trouble) -> bool:
    return any("aml_blueprint" in frame.file for frame in _frames(trouble)) or _loading(trouble)


def _frames(trouble: Trouble) -> list[Frame]:
    links = () if trouble.chain is None else trouble.chain.links
    return [frame for raised in links for frame in raised.frames]
