"""Import time of the function app against a bare app with one function: a ratio of medians.

Each import runs in a fresh interpreter, the two in turn, so that a noisy machine disturbs both.
Run: python benchmarks/import_time.py
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAIRS = 15
BARE = """\
import azure.functions as func

app = func.FunctionApp()


@app.route(route="hello")
def hello(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("hello")
"""


def seconds(folder: Path) -> float:
    """One import of `function_app` from a folder, the interpreter's start included."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import function_app"], cwd=folder, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print both medians and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder)
        (bare / "function_app.py").write_text(BARE, encoding="utf-8")
        seconds(bare), seconds(ROOT)
        pairs = [(seconds(bare), seconds(ROOT)) for _ in range(PAIRS)]
    one = statistics.median(pair[0] for pair in pairs)
    ours = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"bare app {one * 1000:.0f} ms, Driftgate {ours * 1000:.0f} ms, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
