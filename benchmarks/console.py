"""How quick and how heavy the console's pages are, with the history of a fleet behind them.

The home is made by `benchmarks.whatif_world` (real service, embedded adapters, simulated days),
kept in a folder and used again, also one whose making was stopped. The pages are asked for over
HTTP from another process, each alone: the time until the first byte, against that of a bare route
(`/console/assets/...`), what of the processor it took, and the bytes of the page and of everything
that it loads the first time.
Run: python -m benchmarks.console [--models 1000] [--days 1] [--home FOLDER]
"""

import argparse
import gzip
import http.client
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from statistics import median, quantiles
from tempfile import gettempdir
from time import perf_counter

from benchmarks.whatif_world import START, World, made

SERVED = """
import sys
from datetime import timedelta
from pathlib import Path
import uvicorn
from shared.bootstrap import build
from benchmarks.whatif_world import World
from shared.hosting.server import bound
from shared.service.whatif.asking import newest
from shared.web.http.limits import Buckets, Kind, Rate
from shared.web.operations import api
settings = World(home=Path(sys.argv[1]), models=0, days=0).settings
now = newest(build(settings).adapters) + timedelta(minutes=1)
application = build(settings, clock=lambda: now)
unlimited = Buckets({kind: Rate(10**9, 1e9) for kind in Kind})
config = uvicorn.Config(api(application, unlimited), log_level="error")
server = uvicorn.Server(config)
listening = bound("127.0.0.1", 0)
print(listening.getsockname()[1], now.isoformat(), len(application.ledger.subjects()), flush=True)
server.run(sockets=[listening])
"""
PAGES = {
    "fleet": "/console",
    "models": "/console/models",
    "model with drift": "/console/models/model-15",
    "model with KPI": "/console/models/model-31",
    "endpoint with incident": "/console/endpoints/endpoint-0",
    "endpoints": "/console/endpoints",
    "alerts": "/console/alerts",
    "alert": "/console/alerts FIRST",
    "alert, others like it": "/console/alerts FIRST/alike",
    "explanation": "/console/explain/receiver/on-call",
    "promotions": "/console/promotions",
    "promotion": "/console/promotions FIRST",
    "retrainings": "/console/retrainings",
    "events": "/console/events",
    "event": "/console/events FIRST",
    "said": "/console/said",
    "silences": "/console/said/silences",
    "intents": "/console/said/intents",
    "overrides": "/console/said/overrides",
    "service": "/console/service",
    "what-if form": "/console/whatif?model=model-15",
}
PARTS = {
    "model-15": "/console/models/model-15",
    "model-31": "/console/models/model-31",
    "endpoint-0": "/console/endpoints/endpoint-0",
}
"""Pages whose parts are loaded by themselves: the first table and charts of each."""
LISTS = {
    name: f"/api/v1/{name}"
    for name in (
        "status",
        "alerts",
        "models",
        "endpoints",
        "promotions",
        "reports",
        "approvals",
        "intents",
        "overrides",
        "silences",
        "acknowledgements",
        "events",
        "decisions",
    )
}


class Asking:
    """Asks for pages over one connection, as a browser does."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds until the first byte of the answer, and the whole of it."""
        begun = perf_counter()
        kind = "application/json" if path.startswith("/api/") else "text/html"
        self._connection.request("GET", path, headers={"Accept": kind})
        answer = self._connection.getresponse()
        first = answer.read(1)
        waited = 1000 * (perf_counter() - begun)
        body = first + answer.read()
        if answer.status != 200:
            raise LookupError(f"{path} is answered with {answer.status}")
        return waited, body


def processor(process: int) -> float:
    """Milliseconds of processor that a process has had, as Linux counts them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(
    asking: Asking, page: str, rounds: int, process: int
) -> tuple[float, float, float, float, int, int]:
    """First time, median and 95th percentile to the first byte, processor of one; bytes, by gzip.

    Times are in ms. The processor's is what holds where others work on the machine.
    """
    path, _, first = page.partition(" FIRST")
    if " FIRST" in page:
        _, listed = asking.get(path)
        path = re.findall(rf'href="({path}/[^"?]+)["?]', listed.decode())[0] + first
    cold, body = asking.get(path)
    worked = processor(process)
    times = [asking.get(path)[0] for _ in range(rounds)]
    worked = (processor(process) - worked) / rounds
    sizes = len(body), len(gzip.compress(body))
    return cold, median(times), quantiles(times, n=20)[-1], worked, *sizes


def there_is(asking: Asking, page: str) -> bool:
    """Whether a list has a row that leads to the page, or none is needed."""
    path, first, _ = page.partition(" FIRST")
    return not first or f'href="{path}/' in asking.get(path)[1].decode()


def parts_of(asking: Asking, page: str) -> dict[str, str]:
    """What a page loads by itself once somebody comes to it, by the last word of its address."""
    _, body = asking.get(page)
    found = [unescape(path) for path in re.findall(r'hx-get="([^"]+)"', body.decode())]
    return {path.partition("?")[0].rpartition("/")[2]: path for path in found}


def assets(asking: Asking) -> tuple[float, int, int]:
    """Median time to the first byte of a file, and the bytes of all that a page loads once."""
    _, page = asking.get("/console")
    names = re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', page.decode())
    bodies = [asking.get(name)[1] for name in names]
    times = [asking.get(names[0])[0] for _ in range(20)]
    return median(times), sum(map(len, bodies)), sum(len(gzip.compress(one)) for one in bodies)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--make-only", action="store_true")
    given = parser.parse_args()
    folder = f"driftgate-console-{given.models}-{given.days}"
    home = given.home or Path(gettempdir()) / folder
    if not (home / "state").exists():
        made(World(home=home, models=given.models, days=given.days))
    if given.make_only:
        return
    command = [sys.executable, "-c", SERVED, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            port, now, subjects = (served.stdout.readline() if served.stdout else "").split()
            print(f"history from {START.isoformat()} to {now}, {subjects} subjects")
            asking = Asking(int(port))
            bare, raw, packed = assets(asking)
            print(
                f"a file: {bare:.1f} ms; loaded once: {raw / 1000:.0f} KB, {packed / 1000:.0f} gzip"
            )
            print("page                       first   median  95 %   CPU    ratio  KB    gzip")
            parts = {
                f"{name}: {part}": path
                for name, page in PARTS.items()
                for part, path in parts_of(asking, page).items()
                if path != page
            }
            lists = {f"API {name}": path for name, path in LISTS.items()}
            for name, page in {**PAGES, **parts, **lists}.items():
                if not there_is(asking, page):
                    print(f"{name:<26} nothing of the kind in this home")
                    continue
                cold, usual, late, worked, size, small = measured(
                    asking, page, given.rounds, served.pid
                )
                print(
                    f"{name:<26} {cold:6.0f} {usual:7.1f} {late:6.1f} {worked:6.1f} "
                    f"{usual / bare:6.1f} {size / 1000:6.1f} {small / 1000:5.1f}"
                )
        finally:
            served.terminate()


if __name__ == "__main__":
    main()
