"""What the lists over the whole fleet take: status, alerts, models, endpoints, findings, metrics.

A fleet of so many models, each with an endpoint, a scope of alerts and a governor of retrainings;
one in twenty has an alert that fires. The states and decisions are those that the demo left of its
model, under other names. The embedded ledger, one process; each list is asked five times.
Run: python -m benchmarks.fleet_reading HOME_OF_A_DEMO [--models 1000]
"""

import argparse
import json
import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.canonical import parse_time
from shared.settings import Settings

MODEL, ENDPOINT = "loan-default", "loan-endpoint"
SUBJECTS = (
    f"model/{MODEL}",
    f"endpoint/{ENDPOINT}",
    f"alerts/{MODEL}",
    f"retraining/{MODEL}",
)
DECISIONS, TIMES, ALARMED = 3, 5, 20


def fill(demo: Application, fleet: Application, models: int) -> None:
    """Commit what the demo remembers once for each model."""
    policies = fleet.settings.policies
    policies.mkdir(parents=True)
    for number in range(models):
        text = f"model: model-{number:05}\nendpoint: endpoint-{number:05}\nowner: team\n"
        (policies / f"model-{number:05}.yaml").write_text(text, encoding="utf-8")
    for subject in SUBJECTS:
        state = json.dumps(demo.ledger.state(subject).state)
        last = json.dumps(list(reversed(demo.ledger.decisions(subject, limit=DECISIONS))))
        for number in range(models):
            with fleet.ledger.together():
                _commit(fleet, subject, state, last, number)


def _commit(fleet: Application, subject: str, state: str, last: str, number: int) -> None:
    def named(text: str) -> Any:
        model, endpoint = f"model-{number:05}", f"endpoint-{number:05}"
        return json.loads(text.replace(MODEL, model).replace(ENDPOINT, endpoint))

    remembered = named(state)
    if number % ALARMED:
        remembered["alerts"] = {}
        remembered["scope"] = {**remembered["scope"], "lives": {}, "groups": {}}
    for version, decision in enumerate(named(last)):
        fleet.ledger.commit(
            subject=named(json.dumps(subject)),
            version=version,
            event_key=f"{number}-{version}",
            now=parse_time(decision["decided"]),
            decision=decision,
            state=remembered,
            messages=[],
        )


def measured(name: str, ask: Callable[[], Any]) -> str:
    """How long it takes: the first time and the median of those after it."""
    times = []
    for _ in range(TIMES):
        begun = perf_counter()
        ask()
        times.append((perf_counter() - begun) * 1000)
    return f"{name:<12} {times[0]:8.0f} ms first {statistics.median(times[1:]):8.0f} ms after"


def _histories(demo: Application) -> dict[str, Callable[[], Any]]:
    """The histories of the demo's model, over all of its months."""
    from shared.service import history

    decided = demo.ledger.decisions(f"model/{MODEL}", limit=100_000)
    first, last = (parse_time(decided[place]["decided"]) for place in (-1, 0))
    span, ledger, policies = history.Span(since=first, until=last), demo.ledger, demo.policies
    print(f"histories of {len(decided)} decisions of the model, {(last - first).days} days:")
    return {
        "timeline": lambda: history.timeline(ledger, policies, MODEL, span),
        "drift": lambda: history.drift_history(ledger, policies, MODEL, span),
        "kpis": lambda: history.kpi_history(ledger, policies, MODEL, span),
        "traffic": lambda: history.traffic_history(ledger, policies, ENDPOINT, span),
    }


def main() -> None:
    """Print a line a list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--models", type=int, default=1000)
    given = parser.parse_args()
    from shared.service import queries
    from shared.service.catalogue.endpoints import endpoints
    from shared.service.catalogue.figures import figures
    from shared.service.catalogue.findings import Wanted, findings
    from shared.service.catalogue.models import model_of, models
    from shared.service.catalogue.reports import reports

    demo = build(Settings(home=given.home))
    with TemporaryDirectory() as home:
        fleet = build(Settings(home=Path(home), policies=Path(home) / "policies"))
        fill(demo, fleet, given.models)
        now = parse_time(demo.ledger.decisions(limit=1)[0]["decided"])
        ledger, policies = fleet.ledger, fleet.policies
        asked: dict[str, Callable[[], Any]] = {
            "status": lambda: queries.overview(ledger),
            "alerts": lambda: queries.alerts(ledger, now),
            "models": lambda: models(ledger, policies),
            "one model": lambda: model_of(ledger, policies, "model-00001"),
            "endpoints": lambda: endpoints(ledger, policies),
            "findings": lambda: findings(ledger, Wanted()),
            "reports": lambda: reports(ledger),
            "metrics": lambda: figures(fleet.adapters, now),
        }
        for name, ask in asked.items():
            print(measured(name, ask))
    for name, told in _histories(demo).items():
        print(measured(name, told))


if __name__ == "__main__":
    main()
