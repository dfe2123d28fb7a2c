"""Files that are not where the script looks for them, and models that cannot be read."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.trouble import Trouble

_NO_FILE = (
    re.compile(r"No such file or directory: (?:Path\()?['\"](?P<path>[^'\"]{1,400})"),
    re.compile(
        r"[Uu]nable to (?:synchronously )?open file .{0,40}name = "
        r"'(?P<path>[^']{1,400})'.{0,80}No such"
    ),
    re.compile(r"Could not find an \"MLmodel\" configuration file at \"(?P<path>[^\"]{1,400})"),
    re.compile(r"NO_?SUCH_?FILE : Load model from (?P<path>\S{1,400}) failed"),
    re.compile(r"SavedModel file does not exist at: (?P<path>[^{\s]{1,400})"),
    re.compile(r"Error no file named .{1,300} found in directory (?P<path>\S{1,300}?)\.?$"),
    re.compile(r"^(?P<path>\S{1,300}) does not appear to have a file named"),
    re.compile(r"Opening (?P<path>\S{1,300}) failed: No such file"),
    re.compile(r"Open \"(?P<path>[^\"]{1,300})\": No such file"),
    re.compile(r"Could not open (?P<path>/\S{1,300}?)\.?$"),
    re.compile(r"No such artifact: '(?P<path>[^']{1,300})'"),
    re.compile(r"failed to stat file (?P<path>\S{1,300})"),
    re.compile(r"Repo id must .{1,200}'(?P<path>/[^']{1,300})'"),
    re.compile(r"(?:Is a directory|Not a directory): '(?P<path>[^']{1,400})'"),
    re.compile(
        r"(?:[Mm]odel|[Ff]ile|[Pp]ath) (?:not found|does not exist)(?: at"
        r"|:)? '?(?P<path>/[^\s']{1,300})"
    ),
)
_PERMISSION = re.compile(
    r"(?:\[Errno 13\] )?Permission denied: '(?P<path>[^']{1,400})'"
    r"|Read-only file system: '(?P<readonly>[^']{1,400})'"
)
_OF_MODEL = re.compile(
    r"azureml-models|AZUREML_MODEL_DIR|/models?/|/mlflow-model|MLmodel"
    r"|\.(?:pkl|pickle|joblib|pt|pth|bin|onnx|h5|keras|pb|safetensors|json\.gz|cbm|txt|ubj|zip"
    r"|dill)$",
    re.IGNORECASE,
)
_MODEL_DIR = re.compile(r"^Model Directory: (?P<path>\S{1,300})")
_LISTING = re.compile(r"Model Directory Contents:")
_UNREADABLE = (
    (re.compile(r"invalid load key, 'v'"), "is a pointer of Git LFS and not the model itself"),
    (
        re.compile(r"HeaderTooLarge|InvalidHeaderDeserialization"),
        "is no safetensors file; mostly a pointer of Git LFS",
    ),
    (
        re.compile(r"invalid load key|could not find MARK|invalid magic number"),
        "is not the pickle it is taken for",
    ),
    (
        re.compile(r"Ran out of input|pickle data was truncated|unexpected EOF"),
        "is empty or cut off",
    ),
    (re.compile(r"file signature not found|truncated file"), "is no HDF5 file, or is cut off"),
    (
        re.compile(r"PytorchStreamReader failed|central directory|File is not a zip file"),
        "is no whole archive of PyTorch",
    ),
    (
        re.compile(r"INVALID_PROTOBUF|Protobuf parsing failed|Error parsing message"),
        "is no model that its loader can parse",
    ),
    (
        re.compile(r"Error\(s\) in loading state_dict"),
        "holds weights of another network than the code builds",
    ),
    (
        re.compile(r"does not have the \"?python_function\"? flavor"),
        "is an MLflow model without the python_function flavour",
    ),
    (
        re.compile(r"Unknown model format or submodel type|Model format error"),
        "is in no format that LightGBM reads",
    ),
    (
        re.compile(
            r"[Uu]nsupported model IR version|Unsupported ONNX opset|opset \d+ is under development"
        ),
        "was exported by a newer ONNX than the runtime reads",
    ),
    (
        re.compile(
            r"Check failed: .{0,80}(?:fi->Read|gbm_|Expecting)|Invalid model file"
            r"|input stream .{0,20}empty"
        ),
        "is no model that XGBoost can read",
    ),
)
_LOADED = re.compile(
    r"(?:[Ll]oad model from|model file|loading file) (?P<path>/\S{1,300}?):? (?:failed|is|could)"
)


def missing_file(trouble: Trouble) -> Diagnosis | None:
    """A path that does not exist: of the model, or of something else the script reads."""
    match = next((m for pattern in _NO_FILE if (m := pattern.search(trouble.message))), None)
    if match is None:
        return None
    path = match["path"]
    of_model = _OF_MODEL.search(path) is not None or _in_model_dir(path, trouble)
    if not of_model:
        return trouble.blame(
            Cause.FILE_NOT_FOUND,
            f"{trouble.who} opens {path}, which is not in the container.",
            f"Upload {path.rpartition('/')[2]} with the code and open it relative to the script "
            "(`Path(__file__).parent`), and deploy again.",
            named=path,
        )
    holds = _held(trouble)
    likely = _likely(path, holds)
    seen = f" The model's folder holds: {', '.join(holds)}." if holds else ""
    return trouble.blame(
        Cause.MODEL_NOT_FOUND,
        f"{trouble.who} looks for the model at {path}, and nothing is there.{seen}",
        "Build the path from `AZUREML_MODEL_DIR` as the model was registered"
        + (f", such as `{likely}`" if likely else " (a registered folder adds its own name)")
        + ", and deploy again.",
        named=path,
    )


def no_permission(trouble: Trouble) -> Diagnosis | None:
    """A file that the container's user may not read or write."""
    match = _PERMISSION.search(trouble.message)
    if match is None:
        return None
    path = match["path"] or match["readonly"]
    return trouble.blame(
        Cause.FILE_PERMISSION,
        f"{trouble.who} may not use {path}: the container's user is not allowed to, or the folder "
        "is read-only.",
        "Write below /tmp (caches too: HF_HOME, MPLCONFIGDIR, NUMBA_CACHE_DIR), or set the file's "
        "rights when the image is built, and deploy again.",
        named=path,
    )


def unreadable_model(trouble: Trouble) -> Diagnosis | None:
    """A file that is there and is no model, or half of one."""
    what = next((what for pattern, what in _UNREADABLE if pattern.search(trouble.message)), None)
    if what is None:
        return None
    return trouble.blame(
        Cause.MODEL_UNREADABLE,
        f"{trouble.who} loads a model file that {what}.",
        "Load the registered file where it was made; if it fails there too, register it again from "
        "the training's output (`git lfs pull` before registering from a checkout).",
        named=path["path"] if (path := _LOADED.search(trouble.message)) else None,
    )


def _in_model_dir(path: str, trouble: Trouble) -> bool:
    told = trouble.said(_MODEL_DIR)
    return told is not None and told["path"] != "None" and path.startswith(told["path"])


def _likely(path: str, holds: list[str]) -> str | None:
    """The file of the folder that was probably meant: of the same name, else of the same kind."""
    name, ending = path.rpartition("/")[2], path.rpartition(".")[2]
    same = [held for held in holds if held.rpartition("/")[2] == name]
    alike = [held for held in holds if "." in name and held.endswith(f".{ending}")]
    folders = [held.removesuffix("/MLmodel") for held in holds if held.endswith("/MLmodel")]
    return next(iter([*same, *alike, *folders, *holds]), None)


def _held(trouble: Trouble) -> list[str]:
    """What the server listed of the model's folder after init() failed, five paths at most."""
    log = trouble.log
    begins = next(
        (at for at in range(trouble.at, trouble.until) if _LISTING.search(log[at].text)), None
    )
    if begins is None:
        return []
    folders: list[str] = []
    found: list[str] = []
    for line in log[begins + 1 : trouble.until]:
        if line.logger != "azmlinfsrv" or "Output Truncated" in line.text:
            break
        name = line.text.strip()
        depth = (len(line.text) - len(line.text.lstrip())) // 4
        folders = folders[:depth]
        if name.endswith("/"):
            folders.append(name)
        else:
            found.append("".join([*folders[1:], name]))
    return found[:5]
