"""How long a what-if takes: a span of many models, under several changed policies, on one core.

The home is made by `benchmarks.whatif_world`, kept in a folder and used again. Figures are of
processor time, without the start of Python.
Run: python -m benchmarks.whatif [--models 100] [--days 1] [--home FOLDER] [--only WORDS]
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir
from time import process_time
from typing import Any

from benchmarks.whatif_world import START, World, made
from shared.bootstrap import Application, build
from shared.domain.policy import Policy, Route
from shared.service.whatif.asking import what_if
from shared.service.whatif.changed import Changed
from shared.service.whatif.comparing import Span

MONTH = timedelta(days=30)


def changes(application: Application) -> dict[str, Changed]:
    """What is tried."""
    policies = {one.model: one for one in application.policies.all()}
    fleet = application.policies.fleet()
    if fleet is None:
        raise LookupError("the home has no fleet.yaml")
    first = policies["model-0"]

    def all_with(change: Callable[[Policy], Policy]) -> Changed:
        return Changed(policies={name: change(one) for name, one in policies.items()})

    return {
        "nothing, of all": Changed(policies=policies, fleet=fleet, whole=True),
        "fleet.yaml: all to one": Changed(fleet=replace(fleet, routes=[Route(to=["team"])])),
        "one model: grace 90 min": Changed(policies={"model-0": _grace(first)}),
        "all: alerts.flapping": all_with(_flapping),
        "all: routing.grace 90 min": all_with(_grace),
        "all: routing.changes planned": all_with(_planned),
        "all: health.max_error_rate": all_with(_errors),
        "all: gates.min_auc": all_with(_auc),
        "all: drift.limit": all_with(_drift),
        "all: drift.tolerance": all_with(_tolerance),
        "all: kpis.limit": all_with(_kpis),
        "all: collection.silence": all_with(_silence),
    }


def _grace(one: Policy) -> Policy:
    return replace(one, routing=replace(one.routing, grace=timedelta(minutes=90)))


def _planned(one: Policy) -> Policy:
    planned = type(one.routing.changes)("planned")
    return replace(one, routing=replace(one.routing, changes=planned))


def _flapping(one: Policy) -> Policy:
    flapping = replace(one.alerts.flapping, changes=2)
    return replace(one, alerts=replace(one.alerts, flapping=flapping))


def _errors(one: Policy) -> Policy:
    return replace(one, health=replace(one.health, max_error_rate=0.15))


def _auc(one: Policy) -> Policy:
    return replace(one, gates=replace(one.gates, min_auc=0.95))


def _drift(one: Policy) -> Policy:
    return replace(one, drift=replace(one.drift, limit=0.3))


def _tolerance(one: Policy) -> Policy:
    return replace(one, drift=replace(one.drift, tolerance=0.2))


def _kpis(one: Policy) -> Policy:
    return replace(one, kpis=[replace(kpi, limit=0.2) for kpi in one.kpis])


def _silence(one: Policy) -> Policy:
    return replace(one, collection=replace(one.collection, silence=timedelta(hours=3)))


def main() -> None:
    """Make the home unless it is there, then time each change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--home", type=Path, default=Path(gettempdir()) / "driftgate-whatif")
    parser.add_argument("--only", default="", help="Those whose name holds this.")
    options = parser.parse_args()
    home = options.home / f"{options.models}x{options.days}"
    world = World(home=home, models=options.models, days=options.days)
    if not (home / "done").exists():
        begun = process_time()
        count = made(world)
        (home / "done").write_text(str(count))
        print(f"made {count} decisions in {process_time() - begun:.0f} s of processor")
    application = build(world.settings)
    count, span = int((home / "done").read_text()), timedelta(days=options.days)
    whole = Span(since=START, until=START + span)
    print(f"{options.models} models, {options.days} days, {count} decisions")
    for name, changed in changes(application).items():
        if options.only not in name:
            continue
        begun = process_time()
        report = what_if(application.adapters, application.settings, changed, whole)
        took = process_time() - begun
        told = _told(report.to_json())
        print(f"{name:32} {took:7.2f} s; a month {took * (MONTH / span):6.0f} s; {told}")


def _told(plain: Mapping[str, Any]) -> str:
    remark = plain["remarks"][0].partition(" Other")[0]
    return f"{'differs' if plain['differs'] else 'no difference'}; {remark}"


if __name__ == "__main__":
    main()
