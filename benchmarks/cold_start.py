"""Cold start of the function app against a bare app with one function: ratios of medians.

Each start is a fresh interpreter that loads the app and lists its functions, as the worker does;
then it goes on to what the first event needs. The apps take turns, so that a noisy machine disturbs
all alike. Memory is the most the process held (resident).
Run: python benchmarks/cold_start.py [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = """\
import azure.functions as func

app = func.FunctionApp()


@app.route(route="hello")
def hello(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("hello")
"""
LOAD = "import function_app; listed = function_app.app.get_functions(); assert listed"
BUILD = "from shared.bootstrap import build; build()"
EVENT = (
    "from pathlib import Path; "
    "body = Path('samples/events/arm_online_deployment_write_success.derived.json').read_bytes(); "
    "from shared.bootstrap import build; it = build(); "
    "it.service.receive(body, via='benchmark'); it.worker().drain()"
)
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
AZURE = {
    "DRIFTGATE_ADAPTERS": "azure",
    "DRIFTGATE_BLOB_ENDPOINT": "https://data.blob.core.windows.net",
    "DRIFTGATE_TABLE_ENDPOINT": "https://data.table.core.windows.net",
    "DRIFTGATE_WORKSPACE_ID": "/subscriptions/s/resourceGroups/g/providers"
    "/Microsoft.MachineLearningServices/workspaces/w",
    "DRIFTGATE_LOG_ANALYTICS_ID": "00000000-0000-0000-0000-000000000000",
    "DRIFTGATE_EVENT_TOPIC": "https://topic.westeurope-1.eventgrid.azure.net/api/events",
    "ServiceBus__fullyQualifiedNamespace": "bus.servicebus.windows.net",
}


def start(folder: Path, steps: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds from the interpreter's start to its end, and MiB at the most."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", "; ".join([*steps, PEAK])],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    return time.perf_counter() - begun, int(done.stdout.split()[-1]) / 1024


def main(rounds: int) -> None:
    """Print a line a start, with its ratio to the bare app."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare")
        bare.mkdir()
        (bare / "function_app.py").write_text(BARE, encoding="utf-8")
        home = {"DRIFTGATE_HOME": str(Path(folder, "home"))}
        starts = {
            "bare app": (bare, [LOAD], {}),
            "Driftgate": (ROOT, [LOAD], home),
            "and Azure's adapters made": (ROOT, [LOAD, BUILD], {**home, **AZURE}),
            "and the first event, embedded": (ROOT, [LOAD, EVENT], home),
        }
        for one in starts.values():
            start(*one)
        measured = [[start(*one) for one in starts.values()] for _ in range(rounds)]
    print(f"{rounds} fresh processes each; medians")
    for place, name in enumerate(starts):
        seconds = statistics.median(turn[place][0] for turn in measured)
        peak = statistics.median(turn[place][1] for turn in measured)
        ratio = statistics.median(turn[place][0] / turn[0][0] for turn in measured)
        print(f"{name:30} {seconds * 1000:6.0f} ms  {ratio:5.2f} times  {peak:5.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
