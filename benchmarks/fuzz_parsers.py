"""Fuzzes every parser of what comes from outside, guided by the lines that cases reach.

    PYTHONPATH=. nice python benchmarks/fuzz_parsers.py --seconds 600

Each parser runs in a process of its own, for its part of the seconds. A crash is any exception but
a refusal of Driftgate's, and a case that takes more than ten seconds; it is printed with its bytes.
Cases begin with what Azure sends, what people write and what is kept (`tests/fuzzing/seeds.py`).
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzzing.parsers import Parser

SLOWEST = 10
LONGEST = 65_536
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**31, 2**63, 2**64, 10**30, 1e308, "", "\x00", "\ud800", [], {}, [[]]),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "../x", "a" * 300, "²", "NaN"),
)


def main() -> None:
    """Fuzz all parsers, or one in this process."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=600, help="for all parsers together")
    options.add_argument("--only", default="", help="parsers whose name has this in it")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--in-here", default="", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.in_here:
        fuzz(asked.in_here, asked.seconds, asked.seed)
        return
    from tests.fuzzing.parsers import PARSERS

    chosen = [one for one in PARSERS if asked.only in one.name]
    each = max(1, asked.seconds // len(chosen))
    begun, cases, crashes = time.monotonic(), 0, 0
    for parser in chosen:
        told = in_a_process(parser, each, asked.seed)
        cases += told["cases"]
        crashes += len(told["crashes"])
        print(f"{parser.name:32} {told['cases']:9,} cases, {len(told['crashes'])} crashes")
        for crash in told["crashes"]:
            print(f"    {crash}")
    hours = (time.monotonic() - begun) / 3600
    print(f"{hours:.2f} hours, {cases:,} cases, {crashes} crashes in {len(chosen)} parsers")
    sys.exit(1 if crashes else 0)


def in_a_process(parser: "Parser", seconds: int, seed: int) -> dict[str, Any]:
    """What fuzzing one parser found; a case that ends the process is a crash as well."""
    arguments = [*("--in-here", parser.name), *("--seconds", str(seconds)), *("--seed", str(seed))]
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 300,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"cases"')]
    if not lines:
        return {"cases": 0, "crashes": [f"the process ended: {done.stderr[-2000:]}"]}
    told: dict[str, Any] = json.loads(lines[-1])
    if "timeout after" in done.stderr or "ERROR: libFuzzer" in done.stderr:
        told["crashes"].append(f"the process ended: {done.stderr[-2000:]}")
    return told


def fuzz(name: str, seconds: int, seed: int) -> None:
    """Run the fuzzer until the time is up, and print what it found as one line of JSON.

    Driftgate is imported here, so that its lines are seen.
    """
    import atheris

    with atheris.instrument_imports(include=["shared"]):
        from tests.fuzzing.parsers import PARSERS
        from tests.fuzzing.seeds import seeds

        parser = next(one for one in PARSERS if one.name == name)
        known = seeds()[name]
        for one in known:
            parser(one)
    folder = Path(tempfile.mkdtemp(prefix="driftgate-corpus-"))
    for number, one in enumerate(known):
        (folder / f"seed-{number}").write_bytes(one[:LONGEST])
    options = [f"-max_len={LONGEST}", f"-seed={seed}", f"-timeout={SLOWEST}"]
    atheris.Setup(
        [sys.argv[0], *options, f"-max_total_time={seconds}", str(folder)],
        Found(parser, time.monotonic() + seconds),
        custom_mutator=changed if parser.structured else None,
    )
    atheris.Fuzz()


class Found:
    """Runs one case; a crash is kept once a place, and looked for on."""

    def __init__(self, parser: "Parser", until: float) -> None:
        self._parser = parser
        self._until = until
        self._crashes: dict[str, str] = {}
        self._cases = 0
        self._said = False

    def __call__(self, content: bytes) -> None:
        """Run it; the result is told a second before the fuzzer ends the process."""
        self._cases += 1
        try:
            self._parser(content)
        except Exception as fault:  # noqa: BLE001  what is looked for
            self._crashes.setdefault(place_of(fault), told(fault, content))
        if not self._said and time.monotonic() > self._until - 1:
            self._said = True
            print(
                json.dumps({"cases": self._cases, "crashes": [*self._crashes.values()]}), flush=True
            )


def place_of(fault: BaseException) -> str:
    """The kind of a fault and the last line of ours behind it."""
    trace, line = fault.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "/shared/" in name:
            line = f"{name.rpartition('/shared/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(fault).__name__} at {line}"


def told(fault: BaseException, content: bytes) -> str:
    """A fault with the bytes behind it."""
    shown = b64encode(content[:400]).decode()
    return f"{place_of(fault)}: {str(fault)[:120]}; {len(content)} bytes, base64 {shown}"


def changed(data: bytes, most: int, seed: int) -> bytes:
    """Half of the cases are documents with a part changed, the others bytes changed anyhow."""
    import atheris

    generator = random.Random(seed)  # noqa: S311  cases, no secrets
    if generator.random() < 0.5:
        return bytes(atheris.Mutate(data, most))
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return bytes(atheris.Mutate(data, most))
    holder = [value]
    places = [(holder, 0)]
    for place, key in places:
        part = place[key]
        if isinstance(part, dict):
            places.extend((part, name) for name in part)
        elif isinstance(part, list):
            places.extend((part, index) for index in range(len(part)))
    place, key = generator.choice(places)
    place[key] = generator.choice([*ODD, generator.choice(places)[0]])
    try:
        return json.dumps(holder[0]).encode("utf-8", errors="surrogatepass")[:most]
    except (ValueError, RecursionError):
        return data


if __name__ == "__main__":
    main()
