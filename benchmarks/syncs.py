"""Counts what a process asks the disk to keep, and can make the disk slower than it is.

A few lines of C are compiled and loaded before libc, so that SQLite's own calls are counted too.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir

_SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static volatile long counted = 0;
long counted_syncs(void) { return counted; }
static int kept(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *slow = getenv("SYNC_MICROSECONDS");
    __sync_fetch_and_add(&counted, 1);
    if (getenv("SYNC_NOTHING")) return 0;
    if (slow) usleep(atoi(slow));
    return real(file);
}
int fsync(int file) { return kept("fsync", file); }
int fdatasync(int file) { return kept("fdatasync", file); }
"""


def start_again(module: str, **environment: str) -> None:
    """Run this program once more with the counter before libc; does nothing in that second run."""
    if os.environ.get("SYNCS_COUNTED"):
        return
    library = Path(gettempdir()) / f"syncs-{os.getuid()}.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-x", "c", "-", "-o", str(library), "-ldl"]
    subprocess.run(command, input=_SOURCE.encode(), check=True)
    counted = {"LD_PRELOAD": str(library), "SYNCS_COUNTED": "1", **environment}
    os.execve(  # noqa: S606
        sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], {**os.environ, **counted}
    )


def syncs() -> int:
    """How often this process had something kept since it began."""
    count = ctypes.CDLL(None).counted_syncs
    count.restype = ctypes.c_long
    return int(count())
