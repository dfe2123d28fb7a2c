"""Libraries of the operating system that the image lacks or has too old."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.trouble import Trouble

_SHARED = re.compile(
    r"(?P<library>lib[\w.+-]{1,60}\.so[\w.]{0,12}): cannot open shared object file"
)
_SYMBOLS = re.compile(
    r"version [`'\"](?P<version>(?:GLIBCXX|GLIBC|CXXABI)_[\d.]{1,12})'? not found"
)
_OF_GPU = ("libcuda", "libcudart", "libcublas", "libcudnn", "libcufft", "libnvrtc", "libnvinfer")
_PACKAGES = {
    "libGL": "libgl1",
    "libgthread": "libglib2.0-0",
    "libglib": "libglib2.0-0",
    "libSM": "libsm6",
    "libXext": "libxext6",
    "libXrender": "libxrender1",
    "libgomp": "libgomp1",
    "libsndfile": "libsndfile1",
    "libodbc": "unixodbc",
    "libpq": "libpq5",
    "libmagic": "libmagic1",
    "libgeos": "libgeos-c1v5",
    "libgdal": "libgdal-dev",
    "libtesseract": "tesseract-ocr",
}


def missing_library(trouble: Trouble) -> Diagnosis | None:
    """`cannot open shared object file`, for a library that is not the GPU's."""
    match = _SHARED.search(trouble.message)
    if match is None or match["library"].startswith(_OF_GPU):
        return None
    library = match["library"]
    package = _PACKAGES.get(library.partition(".")[0].partition("-")[0])
    install = f"`{package}`" if package else f"the package that brings {library}"
    fix = f"Install {install} in the image (RUN apt-get install -y ... in its Dockerfile)"
    if library.startswith("libGL"):
        fix = "Use `opencv-python-headless` in place of `opencv-python`, or install `libgl1`"
    return trouble.blame(
        Cause.SYSTEM_LIBRARY,
        f"{trouble.who} needs the system library {library}, which the image does not have.",
        f"{fix}, and deploy again.",
        named=library,
    )


def old_library(trouble: Trouble) -> Diagnosis | None:
    """`GLIBCXX_3.4.29 not found`: a package was built on a newer system than the image."""
    match = _SYMBOLS.search(trouble.message)
    if match is None:
        return None
    version = match["version"]
    fix = "Take a base image with a newer Ubuntu"
    if not version.startswith("GLIBC_"):
        fix = "Add `libstdcxx-ng` from conda-forge to the environment, or take a newer base image"
    return trouble.blame(
        Cause.SYSTEM_LIBRARY,
        f"A package needs {version}, and the system libraries of the image are older.",
        f"{fix}, and deploy again.",
        named=version,
    )
