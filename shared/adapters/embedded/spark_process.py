"""A Spark job on this machine: a process of its own, which outlives the one that asked for it.

It runs the very files that are sent to a cluster, and writes how it goes into the job's file.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from shared.adapters.embedded.yaml_files import read_yaml, write_yaml
from shared.adapters.spark_bundle import ARCHIVE, ENTRY
from shared.errors import Refused

LOG = "job.log"
_ROOT = Path(__file__).resolve().parents[3]
_PYSPARK = "pyspark>=3.5,<4" if sys.version_info < (3, 12) else "pyspark>=4,<5"
"""Of 3.5, which serverless Spark is, no release knows Python 3.12."""


def launch(folder: Path, state: Path, roots: list[str]) -> None:
    """Begin to run the job of a folder; what becomes of it is written into the file `state`.

    Raises Refused where PySpark or Java is not there.
    """
    if find_spec("pyspark") is None or not _has_java():
        raise Refused(
            "A Spark job runs on this machine with PySpark and Java alone: pip install "
            f"'{_PYSPARK}' and a Java 17 runtime, or write `engine: local` in `profiles`."
        )
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", __name__, str(folder.resolve()), str(state.resolve()), *roots],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") is not None or (home is not None and Path(home).is_dir())


def run(folder: Path, state: Path, roots: list[str]) -> int:
    """Run it and wait for its end, with nothing of ours but what a cluster would have."""
    _note(state, state_is="Running", started=_now())
    with (folder / LOG).open("wb") as log:
        done = subprocess.run(  # noqa: S603  our own file
            [
                *(sys.executable, str(folder / ENTRY), "--roots", *(roots or ["file:///"])),
                *("--output", f"file:///{folder.as_posix().lstrip('/')}"),
            ],
            env={
                **os.environ,
                "PYTHONPATH": str(folder / ARCHIVE),
                "PYSPARK_PYTHON": sys.executable,
                "SPARK_LOCAL_IP": "127.0.0.1",
            },
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    _note(state, state_is="Failed" if done.returncode else "Completed", ended=_now())
    return done.returncode


def _note(state: Path, *, state_is: str, **facts: str) -> None:
    write_yaml(state, {**read_yaml(state).plain, "state": state_is, **facts})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
