"""Where an endpoint's requests are counted, and whether its containers' logs can be read."""

from datetime import datetime, timedelta

from shared.ports import Adapters
from shared.service.smoke.observation import Answer, Notebook, Observation

MOST = 20


def endpoints(adapters: Adapters, since: datetime, now: datetime) -> list[Observation]:
    """For each endpoint what each source counts; the first twenty endpoints are asked."""
    book = Notebook("Endpoints")
    names: list[str] = []
    with book.trying("Which endpoints are there?"):
        found = adapters.workspace.endpoints()
        names = list(found[:MOST])
        shown = ", ".join(names) or "none"
        more = f", and {len(found) - MOST} more that were not asked" if len(found) > MOST else ""
        book.note("Which endpoints are there?", Answer.YES, shown + more)
    for name in names:
        for source, count in adapters.request_sources.items():
            question = f"Are requests of {name} counted by the {source}?"
            with book.trying(question):
                counts = count(name, since, now)
                if counts is None:
                    book.note(
                        question,
                        Answer.NO,
                        "nothing of this endpoint",
                        "With no source at all, observed traffic cannot be judged; the traffic "
                        "log is switched on as docs/deploy.md shows.",
                    )
                else:
                    told = ", ".join(f"{d} {n}" for d, n in sorted(counts.items()))
                    book.note(question, Answer.YES, told or "none in this span")
        _health(adapters, book, name, now)
        _logs(adapters, book, name)
    return book.observations


def _health(adapters: Adapters, book: Notebook, name: str, now: datetime) -> None:
    """The words for an instance's state stand on no page; here is where they are seen."""
    question = f"What states do the instances of {name} have?"
    with book.trying(question):
        health = adapters.workspace.health(name, now - timedelta(hours=1), now) or {}
        problem = next((h.load_problem for h in health.values() if h.load_problem), None)
        told = "; ".join(
            f"{deployment} {', '.join(f'{n} {state}' for state, n in one.load.instances.items())}"
            for deployment, one in sorted(health.items())
            if one.load is not None and one.load.instances
        )
        if problem is not None:
            book.note(question, Answer.FAULT, problem)
            return
        book.note(
            question,
            Answer.YES if told else Answer.UNKNOWN,
            told or "no instance was counted in the last quarter of an hour",
            "A word that Driftgate does not know leaves it open whether an instance is ready.",
        )


def _logs(adapters: Adapters, book: Notebook, name: str) -> None:
    with book.trying(f"What is deployed on {name}?"):
        endpoint = adapters.workspace.endpoint(name)
        states = ", ".join(
            f"{d.name} {d.provisioning_state} at {endpoint.traffic.get(d.name, 0):g} %"
            for d in endpoint.deployments
        )
        book.note(f"What is deployed on {name}?", Answer.YES, states or "nothing")
        for deployment in endpoint.deployments:
            question = f"Can the container's log of {name}/{deployment.name} be read?"
            with book.trying(question):
                lines = adapters.workspace.logs(name, deployment.name, 10).splitlines()
                answer = Answer.YES if lines else Answer.UNKNOWN
                book.note(question, answer, f"{len(lines)} of 10 lines asked for")
