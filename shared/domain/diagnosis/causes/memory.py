"""Not enough memory, disk or GPU, and a GPU that does not fit."""

import re

from shared.domain.diagnosis.diagnosis import Basis, Cause, Diagnosis
from shared.domain.diagnosis.markers import STOPPED
from shared.domain.diagnosis.trouble import Phase, Trouble

_ALLOCATION = re.compile(
    r"Unable to allocate (?P<size>[\d.]{1,12} [KMGTP]?i?B)|Cannot allocate memory|std::bad_alloc"
    r"|can't allocate memory|DefaultCPUAllocator|malloc of size \d+ failed|ArrayMemoryError"
)
_KILLED = re.compile(r"Worker \(pid:(?P<pid>\d{1,9})\) was sent SIGKILL|terminated due to signal 9")
_OOM = re.compile(
    r"OOM-?[Kk]illed|Memory cgroup out of memory|\boom-kill|exceeded its memory limit"
)
_137 = re.compile(r"[Ee]xit(?:ed)?(?:ed with)?(?: with)? ?(?:code|status)?:? ?(?:137|-9)\b")
_BEFORE = 150
_ABORTED = "Fatal Python error: Aborted"
_DISK = re.compile(r"No space left on device|Disk quota exceeded", re.IGNORECASE)
_GPU_MEMORY = re.compile(
    r"CUDA out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED"
    r"|cudaErrorMemoryAllocation"
    r"|No available memory for the cache blocks"
    r"|larger than the maximum number of tokens that can be "
    r"stored in KV cache|BFCArena::AllocateRawInternal|OOM when allocating tensor"
    r"|Free memory on device .{0,80} is less than desired GPU memory"
)
_TRIED = re.compile(r"Tried to allocate (?P<size>[\d.]{1,12} [KMGT]iB)")
_GPU = (
    (
        re.compile(
            r"NVIDIA driver on your system is too old|CUDA driver version is insufficient"
            r"|driver/library version mismatch",
            re.IGNORECASE,
        ),
        "the package was built for a newer CUDA than the instance's driver has",
        "Take a build for an older CUDA, or a base image whose CUDA fits the instance's driver",
    ),
    (
        re.compile(
            r"no kernel image is available|not compatible with the current PyTorch installation"
            r"|PTX was compiled with"
        ),
        "the package was not built for this kind of GPU",
        "Take a build that supports the instance's GPU, or another instance_type",
    ),
    (
        re.compile(
            r"[Bb]float16 is only supported on GPUs with compute capability"
            r"|compute capability of at least"
        ),
        "it asks for a newer kind of GPU than the instance has",
        "Load with `dtype=float16`, or take an instance_type with a newer GPU",
    ),
    (
        re.compile(r"torch\.cuda\.is_available\(\) is False"),
        "the model was saved on a GPU, and the instance has none",
        'Load with `map_location="cpu"`, or take a GPU instance_type',
    ),
    (
        re.compile(
            r"Found no NVIDIA driver|no CUDA-capable device|No CUDA GPUs are available"
            r"|Torch not compiled with CUDA|Failed to infer device type"
        ),
        "there is none",
        "Take a GPU instance_type, or run on the CPU",
    ),
    (
        re.compile(
            r"lib(?:cuda|cudart|cublas|cublasLt|cudnn|cufft|nvrtc"
            r"|nvinfer)[\w.]{0,20}: cannot open shared object"
        ),
        "the image lacks the CUDA libraries it needs",
        "Take a base image with CUDA, or the CPU build of the package",
    ),
)


def no_memory(trouble: Trouble) -> Diagnosis | None:
    """The process says itself that it could not get memory."""
    allocation = _ALLOCATION.search(trouble.message)
    if trouble.error != "MemoryError" and allocation is None:
        return None
    size = f" {allocation['size']}" if allocation is not None and allocation["size"] else ""
    doing = "loading" if trouble.phase is Phase.STARTING else "scoring"
    return trouble.blame(
        Cause.OUT_OF_MEMORY,
        f"{trouble.who} ran out of memory while {doing}"
        + (f", asking for{size}." if size else "."),
        _more_memory(trouble),
        named=size.strip() or None,
    )


def killed(trouble: Trouble) -> Diagnosis | None:
    """A process that was killed from outside, which mostly means memory.

    gunicorn says `Perhaps out of memory?` of every kill, also of those it sent itself after a
    time-out or while it shut down; these are told as what they are.
    """
    oom = _OOM.search(trouble.message)
    kill = _KILLED.search(trouble.message)
    if oom is None and kill is None and not _137.search(trouble.message):
        return None
    if oom is None and _ended_on_purpose(trouble, kill["pid"] if kill is not None else None):
        return None
    when = (
        "while it started, mostly while it loaded the model"
        if trouble.phase is Phase.STARTING
        else "while it served"
    )
    sure = oom is not None
    return trouble.blame(
        Cause.OUT_OF_MEMORY,
        f"The container ran out of memory and was killed {when}."
        if sure
        else f"The scoring process was killed {when}, probably for want of memory.",
        _more_memory(trouble),
        basis=Basis.STATED if sure else Basis.INFERRED,
    )


def _ended_on_purpose(trouble: Trouble, pid: str | None) -> bool:
    """Whether gunicorn killed it itself: after a time-out, or while it shut down."""
    begins = max(trouble.since, trouble.at - _BEFORE)
    for line in reversed(trouble.log[begins : trouble.at]):
        if pid and f"Booting worker with pid: {pid}" in line.text:
            return False
        timed_out = "WORKER TIMEOUT" in line.text and (pid is None or f"pid:{pid})" in line.text)
        if timed_out or STOPPED.search(line.text) or _ABORTED in line.text:
            return True
    return False


def disk_full(trouble: Trouble) -> Diagnosis | None:
    """No space left, for the model, the image or what the script writes."""
    if not _DISK.search(trouble.message):
        return None
    return trouble.blame(
        Cause.DISK_FULL,
        f"{trouble.who} finds no space left on the instance's disk.",
        "Take an instance_type with a larger disk, make image and model smaller, or stop the "
        "script from filling /tmp.",
    )


def gpu_memory(trouble: Trouble) -> Diagnosis | None:
    """The model, or a batch, does not fit into the GPU."""
    if not _GPU_MEMORY.search(trouble.message) and trouble.error != "OutOfMemoryError":
        return None
    tried = _TRIED.search(trouble.message)
    asked = f", asking for {tried['size']}" if tried else ""
    doing = "loading" if trouble.phase is Phase.STARTING else "scoring"
    return trouble.blame(
        Cause.GPU_MEMORY,
        f"{trouble.who} ran out of GPU memory while {doing}{asked}.",
        "Take an instance_type with a larger GPU, load the model in half precision or quantised, "
        "or make batches, context and `max_concurrent_requests_per_instance` smaller.",
        named=tried["size"] if tried else None,
    )


def gpu_unsuited(trouble: Trouble) -> Diagnosis | None:
    """Driver, CUDA, build and GPU do not fit each other, or there is no GPU."""
    if not trouble.error:
        return None
    for pattern, what, fix in _GPU:
        if pattern.search(trouble.message):
            return trouble.blame(
                Cause.GPU_UNSUITED,
                f"{trouble.who} cannot use the GPU: {what}.",
                f"{fix}, and deploy again.",
            )
    return None


def _more_memory(trouble: Trouble) -> str:
    start = trouble.phase is Phase.STARTING
    return (
        "Take an instance_type with more memory, or lower WORKER_COUNT: each worker loads the "
        "model once"
        + (
            "."
            if start
            else "; also make the batches of a call and "
            "`max_concurrent_requests_per_instance` smaller."
        )
    )
