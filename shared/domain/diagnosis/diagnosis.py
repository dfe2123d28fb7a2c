"""What a specialist would say first of a deployment's container log."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What went wrong; each has a rule in `causes`."""

    MISSING_MODULE = "missing_module"
    VERSION_CONFLICT = "version_conflict"
    SYSTEM_LIBRARY = "system_library"
    ENTRY_SCRIPT = "entry_script"
    SCRIPT_ERROR = "script_error"
    FILE_NOT_FOUND = "file_not_found"
    MODEL_NOT_FOUND = "model_not_found"
    MODEL_UNREADABLE = "model_unreadable"
    MODEL_DOWNLOAD = "model_download"
    SETTING = "setting"
    FILE_PERMISSION = "file_permission"
    OUT_OF_MEMORY = "out_of_memory"
    GPU_MEMORY = "gpu_memory"
    GPU_UNSUITED = "gpu_unsuited"
    DISK_FULL = "disk_full"
    START_TIMEOUT = "start_timeout"
    CALL_TIMEOUT = "call_timeout"
    BAD_INPUT = "bad_input"
    INPUT_TOO_LARGE = "input_too_large"
    NO_ACCESS = "no_access"
    NETWORK = "network"
    IMAGE_PULL = "image_pull"
    IMAGE_BUILD = "image_build"
    QUOTA = "quota"
    PORT = "port"
    CRASHED = "crashed"
    PROBE_FAILED = "probe_failed"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """How sure it is: the log says so itself, or it is what such a log mostly means."""

    STATED = "stated"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the deployment's own code, never of a package."""

    file: str
    line: int
    function: str | None = None

    def told(self) -> str:
        """The way people say it.

        >>> Place(file="/var/azureml-app/src/score.py", line=12, function="init").told()
        'src/score.py line 12 in init()'
        """
        file = self.file.removeprefix("/var/azureml-app/")
        inside = self.function not in {None, "<module>", "<lambda>"}
        return f"{file} line {self.line}" + (f" in {self.function}()" if inside else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One cause with what names it: plain text, without secrets and without a row's values.

    `named` is the module, path, setting, column or resource it is about, `where` the line of the
    scoring script, `fix` the first thing to do, `quoted` the lines of the log it rests on.
    """

    cause: Cause
    sentence: str
    fix: str
    named: str | None = None
    where: Place | None = None
    quoted: tuple[str, ...] = ()
    basis: Basis = Basis.STATED

    @property
    def known(self) -> bool:
        """Whether a cause was found."""
        return self.cause is not Cause.UNKNOWN
