"""docs/security.md names tests, files and settings that exist, and every way in."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()


def test_every_test_and_document_it_names_exists():
    named = set(re.findall(r"`((?:tests|docs|benchmarks|infra)/[\w./*-]+)`", TEXT))

    assert len(named) > 15
    assert sorted(name for name in named if not list(ROOT.glob(name.rstrip("/")))) == []


def test_every_http_route_is_among_the_ways_in():
    from shared.hosting.event_grid import EVENT_GRID
    from shared.web.doors import DOORS

    functions = "".join(path.read_text() for path in (ROOT / "functions").glob("*.py"))
    routes = {door.route for door in (*DOORS, EVENT_GRID)}
    routes |= set(re.findall(r'route="([^"*]+)"', functions))

    assert {route for route in routes if f"/{route}`" not in TEXT} == set()


def test_its_bounds_are_those_of_the_code():
    from shared.hook_settings import FEWEST_SIGNS
    from shared.service.hooks import hooks
    from shared.service.intake.parsing import MOST_BYTES, MOST_DEPTH

    assert MOST_BYTES == 1024 * 1024
    assert f"1 MiB, {MOST_DEPTH} levels, {hooks._RATE:g} a second" in TEXT
    assert FEWEST_SIGNS == 24
