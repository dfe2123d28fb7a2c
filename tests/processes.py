"""How processes of tests run; imported before anything that would be slowed down otherwise.

Workers and processes that tests start inherit it.
"""

import gc
import os
import sys

# What pytest rewrites and what processes of tests compile is kept, also where the environment
# says otherwise: else each worker and each process compiles all of it anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Matrices of ten columns: threads that wait for each other took five times the processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Collecting makes ten thousand things that stay; looking at them again and again frees nothing.
gc.disable()


def begin() -> None:
    """What was collected stays for good; from now on garbage is looked for among the rest."""
    gc.freeze()
    gc.enable()
