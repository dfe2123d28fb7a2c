"""A module that is not there: a package that is not installed, or code that was not uploaded."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.packages import (
    is_of_python,
    is_shared_root,
    package_of,
    sounds_own,
)
from shared.domain.diagnosis.trouble import Trouble

_MISSING = re.compile(r"No module named ['\"]?(?P<module>[\w.-]{1,200})")
_SHADOWED = re.compile(r"'(?P<module>[\w.]{1,200})' is not a package")
_IMPORT = re.compile(r"(?:from|import) +(?P<module>[\w.]{1,200})")
_COMMAND = re.compile(
    r"(?:exec: )?\"?(?P<command>azmlinfsrv|gunicorn|uvicorn|mlflow|python3?|torchserve"
    r"|waitress-serve)\"?"
    r": (?:command not found|not found|No such file or directory|executable file not found)"
)
_SERVERS = {"azmlinfsrv": "azureml-inference-server-http", "waitress-serve": "waitress"}


def missing_module(trouble: Trouble) -> Diagnosis | None:
    """`No module named`: says whether it is a package, own code, or that it cannot be told."""
    missing = _MISSING.search(trouble.message)
    if missing is None:
        return None
    module = _in_full(missing["module"], trouble)
    if trouble.passes("pickle") or "pickle" in trouble.message:
        return _saved_with(module, trouble)
    if _SHADOWED.search(trouble.message):
        own = module.partition(".")[0]
        return trouble.blame(
            Cause.VERSION_CONFLICT,
            f"{trouble.who} imports {module}, but a file of the deployment named {own}.py hides "
            f"the package {own}.",
            f"Rename {own}.py in the code folder, and deploy again.",
            named=module,
        )
    if is_of_python(module):
        return trouble.blame(
            Cause.VERSION_CONFLICT,
            f"{trouble.who} imports {module}, which comes with Python, but not with this one.",
            "Set the Python version the code was written for in the environment, such as "
            "`python=3.10`, and deploy again.",
            named=module,
        )
    return _not_installed(module, trouble)


def missing_server(trouble: Trouble) -> Diagnosis | None:
    """The command that starts the server is not in the environment."""
    match = _COMMAND.search(trouble.message)
    if match is None:
        return None
    command = match["command"]
    package = _SERVERS.get(command, command)
    return trouble.blame(
        Cause.MISSING_MODULE,
        f"The container starts with the command {command}, which its environment does not have.",
        f"Add `{package}` to the environment's pip dependencies, and deploy again.",
        named=package,
    )


def _in_full(module: str, trouble: Trouble) -> str:
    """Below a name that several packages share only the line of code tells which is meant."""
    code = trouble.frames[-1].code if trouble.frames else ""
    imported = _IMPORT.match(code)
    shared = is_shared_root(module.partition(".")[0])
    if imported and shared and imported["module"].startswith(module + "."):
        return imported["module"]
    return module


def _not_installed(module: str, trouble: Trouble) -> Diagnosis:
    root, _, below = module.partition(".")
    package = package_of(module)
    if below and package and not is_shared_root(root) and module != "azureml.core":
        return trouble.blame(
            Cause.VERSION_CONFLICT,
            f"{trouble.who} needs {module}; {package} is installed, but this version of it "
            "has no such module.",
            f"Pin `{package}` in the environment to the version the code and the model were made "
            "with, and deploy again.",
            named=module,
        )
    if package is not None:
        return trouble.blame(
            Cause.MISSING_MODULE,
            f"{trouble.who} imports {module}, which is not installed in the environment.",
            _install(package, trouble),
            named=module,
        )
    upload = (
        f"upload `{root}` with the code: it must lie in the code folder (code_configuration.code), "
        "beside the scoring script or as a folder below it"
    )
    if below or sounds_own(module):
        return trouble.blame(
            Cause.MISSING_MODULE,
            f"{trouble.who} imports {module}, which sounds like a module of your own that "
            "is not beside the scoring script.",
            f"{upload[0].upper()}{upload[1:]}; if it is a package, add it to the environment.",
            named=module,
        )
    return trouble.blame(
        Cause.MISSING_MODULE,
        f"{trouble.who} imports {module}, which is neither installed nor beside the "
        "scoring script; the log cannot tell which of the two was meant.",
        f"If {module} is a package, add `{module}` to the environment's pip dependencies; if it is "
        f"your own, {upload}.",
        named=module,
    )


def _install(package: str, trouble: Trouble) -> str:
    if trouble.generated:
        return (
            f"Log the model again with `{package}` among its pip requirements, or deploy it with "
            f"an environment that has `{package}`."
        )
    return (
        f"Add `{package}` to the environment's conda or pip dependencies, pinned to the version "
        "it was tested with, and deploy again."
    )


def _saved_with(module: str, trouble: Trouble) -> Diagnosis:
    """Unpickling imports what the model was made of; its own code must be there too."""
    root, _, below = module.partition(".")
    package = package_of(module)
    if package is None:
        own = bool(below) or sounds_own(module)
        return trouble.blame(
            Cause.MISSING_MODULE,
            f"Loading the model needs the module {module}, which defines its classes and is "
            + ("not beside the scoring script." if own else "neither installed nor uploaded."),
            f"Upload `{root}` beside the scoring script, at the same path as in training"
            + (
                ", and deploy again." if own else "; if it is a package, add it to the environment."
            ),
            named=module,
        )
    if below and not is_shared_root(root):
        return trouble.blame(
            Cause.VERSION_CONFLICT,
            f"The model was saved with another version of {package}: loading it needs {module}, "
            "which this version does not have.",
            f"Pin `{package}` in the environment to the version the model was trained with, and "
            "deploy again.",
            named=module,
        )
    return trouble.blame(
        Cause.MISSING_MODULE,
        f"Loading the model needs {module}, which is not installed in the environment.",
        _install(package, trouble),
        named=module,
    )
