"""What happens before the script runs: image, model download, quota."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.trouble import Trouble

_PULL = re.compile(
    r"Name: (?:ImagePullFailed|ErrImagePull|ImagePullBackOff|Failed), .{0,200}[Ii]mage"
    r"|ErrImagePull|ImagePullBackOff"
    r"|[Mm]anifest (?:unknown|for \S{1,200} not found)|pull access denied"
    r"|exchange refresh token failed"
    r"|failed to (?:pull|resolve reference|authorize)|toomanyrequests|Image pull failed"
    r"|Unable to download user container image"
)
_PULL_WHY = (
    (
        re.compile(
            r"401|UNAUTHORIZED|unauthorized|authentication required|denied|403", re.IGNORECASE
        ),
        "the registry does not let the endpoint's identity pull it",
        "Give the endpoint's identity the role AcrPull on the registry, wait five minutes, and "
        "deploy again.",
    ),
    (
        re.compile(r"manifest|not found|name unknown", re.IGNORECASE),
        "the registry has no such image",
        "Correct the image's name and tag (az acr repository show-tags), or build the environment "
        "again.",
    ),
    (
        re.compile(r"toomanyrequests|rate limit", re.IGNORECASE),
        "the registry limits how often it is asked",
        "Copy the image to the workspace's registry and deploy from there.",
    ),
    (
        re.compile(r"timeout|timed out|no such host|refused", re.IGNORECASE),
        "the registry cannot be reached",
        "Add an outbound rule or a private endpoint for the registry to the workspace's managed "
        "network.",
    ),
)
_IMAGE = re.compile(
    r"(?:image \"?|ImageUrl\"?[:=] ?\"?|reference \"|manifest for "
    r"|denied for )(?P<image>[\w.-]{1,100}[/.][\w./:@-]{1,200})"
)
_NO_VERSION = re.compile(
    r"(?:Could not find a version that satisfies the requirement"
    r"|No matching distribution found for) "
    r"(?P<wanted>[\w.\[\]<>=!~,*-]{1,120})"
)
_CLASH = re.compile(
    r"ResolutionImpossible|conflicting dependencies|UnsatisfiableError|LibMambaUnsatisfiableError"
    r"|incompatible with each other"
)
_CLASHING = re.compile(
    r"Cannot install (?P<what>[^\n]{1,200}?) because"
    r"|nothing provides (?:requested )?(?P<none>[^\s]{1,100})"
    r"|package (?P<conda>[\w.=-]{1,100}) (?:requires|conflicts)"
)
_FILE_OF_PIP = re.compile(r"-r \S{1,200} \(line \d+\)(?:, | and )?")
_NOT_FOUND = re.compile(r"ResolvePackageNotFound|PackagesNotFoundError")
_LISTED = re.compile(r"^\s{0,6}- (?P<package>[\w.=<>-]{1,100})$")
_WHEEL = re.compile(
    r"(?:Failed building wheel for|Could not build wheels for"
    r"|Failed to build) (?P<package>[\w., -]{1,120}?)(?:,? which|$)"
)
_DOWNLOAD = re.compile(
    r"Name: DownloadFailed|Model download failed|ModelDownload: Failed"
    r"|Unable to download user model"
)
_NO_BLOB = re.compile(
    r"BlobNotFound|ContainerNotFound|The specified (?:blob|container|resource) does not exist"
    r"|FilesystemNotFound"
)
_INSTANCE = re.compile(r"\bStandard_\w{2,40}")
_QUOTA = re.compile(
    r"OutOfQuota|[Nn]ot enough (?:\w{1,20} )?quota|exceed(?:s|ed|ing) (?:your current "
    r"|approved )?\w{0,20} ?quota|insufficient_quota"
    r"|AllocationFailed|OverconstrainedAllocationRequest|ZonalAllocationFailed|SkuNotAvailable"
    r"|nodes are available: .{0,80}(?:Insufficient|Too many pods)|FailedScheduling"
    r"|Kubernetes unschedulable"
)


def image_not_pulled(trouble: Trouble) -> Diagnosis | None:
    """The container's image did not come."""
    if not _PULL.search(trouble.message):
        return None
    texts = [trouble.message, *(line.text for line in trouble.around)]
    telling = next((text for text in texts if _PULL.search(text) and _why(text)), "")
    why, fix = _why(telling) or (
        "why is not in these lines",
        "Look that the image exists, and that the endpoint's identity has the role AcrPull on its "
        "registry.",
    )
    image = next((m["image"] for text in texts if (m := _IMAGE.search(text))), None)
    return trouble.blame(
        Cause.IMAGE_PULL,
        f"The image{f' {image}' if image else ''} could not be pulled: {why}.",
        fix,
        named=image,
        also=telling,
    )


def image_not_built(trouble: Trouble) -> Diagnosis | None:
    """Conda or pip cannot resolve or build the environment."""
    if match := _NO_VERSION.search(trouble.message):
        wanted = match["wanted"].rstrip(".,")
        return _build(
            trouble,
            f"pip finds no {wanted} that fits this Python",
            f"Take a version of it that exists for the environment's Python (pip index versions "
            f"{re.split('[<>=!~]', wanted)[0]}), or correct its name.",
            wanted,
        )
    if _NOT_FOUND.search(trouble.text):
        wanted = _first_listed(trouble)
        return _build(
            trouble,
            f"conda's channels have no {wanted or 'such package'}",
            "Move it to the pip section, add the channel that has it (conda-forge), or take a "
            "version that exists.",
            wanted,
        )
    if _CLASH.search(trouble.text):
        texts = [line.text for line in trouble.around]
        match = next((m for text in texts if (m := _CLASHING.search(text))), None)
        what = next((group for group in match.groups() if group), None) if match else None
        what = _FILE_OF_PIP.sub("", what) if what else None
        return _build(
            trouble,
            f"its packages exclude each other{f' ({what})' if what else ''}",
            "Loosen the pins that the log lists as the conflict, so that one version fits all.",
            what,
        )
    if match := _WHEEL.search(trouble.message):
        package = match["package"].strip(" ,")
        return _build(
            trouble,
            f"{package} has no wheel for this Python and cannot be compiled",
            "Take a version that has wheels for the environment's Python, or a base image with a "
            "compiler.",
            package,
        )
    return None


def model_not_downloaded(trouble: Trouble) -> Diagnosis | None:
    """The storage initializer could not fetch what was registered."""
    if not _NO_BLOB.search(trouble.message) or trouble.where is not None:
        return None
    return trouble.blame(
        Cause.MODEL_DOWNLOAD,
        "The model's files cannot be fetched: they are no longer in the storage they were "
        "registered from.",
        "Register the model again from files that exist (az ml model show tells its path), and "
        "deploy that version.",
    )


def download_failed(trouble: Trouble) -> Diagnosis | None:
    """The platform says that the model did not come, without a reason."""
    if not _DOWNLOAD.search(trouble.message):
        return None
    return trouble.blame(
        Cause.MODEL_DOWNLOAD,
        "The model could not be downloaded to the instance; these lines do not tell why.",
        "Read the log of the container storage-initializer; look that the model's files exist and "
        "that the endpoint's identity has the role Storage Blob Data Reader.",
    )


def no_quota(trouble: Trouble) -> Diagnosis | None:
    """No instance, or no tokens, left to be had."""
    if not _QUOTA.search(trouble.message):
        return None
    if "insufficient_quota" in trouble.message or "your current quota" in trouble.message:
        return trouble.blame(
            Cause.QUOTA,
            f"{trouble.who} calls a service whose quota is used up.",
            "Raise the quota of that service, or call it less.",
        )
    kind = _INSTANCE.search(trouble.message)
    what = kind.group() if kind else "instance"
    return trouble.blame(
        Cause.QUOTA,
        f"Azure has no {what} for the deployment: the quota or the capacity is used up.",
        "Delete deployments that serve nothing, ask for more quota of this instance_type, or take "
        "another one.",
        named=kind.group() if kind else None,
    )


def _why(text: str) -> tuple[str, str] | None:
    return next(((why, fix) for pattern, why, fix in _PULL_WHY if pattern.search(text)), None)


def _first_listed(trouble: Trouble) -> str | None:
    for line in trouble.log[trouble.at : min(trouble.until, trouble.at + 12)]:
        if match := _LISTED.match(line.text):
            return match["package"]
    return None


def _build(trouble: Trouble, why: str, fix: str, named: str | None) -> Diagnosis:
    return trouble.blame(Cause.IMAGE_BUILD, f"The image cannot be built: {why}.", fix, named=named)
