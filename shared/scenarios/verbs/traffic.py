"""Where the traffic is declared to go, and the requests that really come."""

from shared.errors import InvalidScenario
from shared.scenarios.azure_events import resource_event
from shared.scenarios.phrases import Found
from shared.scenarios.requests import Flow
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import TELLING, Undo, Vocabulary
from shared.scenarios.workspace import written

verbs = Vocabulary()
_STATUS, _OWN = "NUMBER % COUNT", "NUMBER % COUNT of the model"
_AT = "NUMBER % COUNT at DEPLOYMENT"
_ANSWERS = (
    _STATUS,
    _OWN,
    _AT,
    "latency NUMBER ms",
    "latency NUMBER to NUMBER_2 ms",
    "NUMBER % take DURATION",
)


@verbs.add("traffic SHARES [of ENDPOINT] [by PERSON]", clauses=TELLING)
def traffic(stage: Stage, found: Found) -> None:
    """The shares are declared anew; who is not named has none."""
    _declare(stage, found, "traffic")


@verbs.add("mirror SHARES [of ENDPOINT] [by PERSON]", clauses=TELLING)
def mirror(stage: Stage, found: Found) -> None:
    """Copies of the traffic go to a deployment as well."""
    _declare(stage, found, "mirror_traffic")


@verbs.add("traffic is shown as SHARES [of ENDPOINT]")
def shown(stage: Stage, found: Found) -> None:
    """What is read of an endpoint though Azure would not take it, and sends no event of it."""
    endpoint, at, shares = stage.endpoint(found), written(stage.now), found.shares("shares")

    def change() -> None:
        stage.files.endpoint(endpoint).update(traffic=shares, changed=at)
        stage.files.write_endpoint(endpoint)

    stage.show(found, change)


@verbs.add("a change of traffic is refused [of ENDPOINT] [by PERSON]", clauses=TELLING)
def refused(stage: Stage, found: Found) -> None:
    """Azure did not do what was asked; nothing but its event tells of it."""
    _tell(stage, found, "Failure")


def _declare(stage: Stage, found: Found, what: str) -> None:
    endpoint, at = stage.endpoint(found), written(stage.now)
    shares = found.shares("shares")
    total = sum(shares.values())
    if what == "traffic" and min(total, abs(total - 100.0)) > 1e-9:
        raise InvalidScenario(
            f"line {found.line}: the shares sum to {total:g} %; Azure takes 0 or 100."
        )
    for name in shares:
        stage.files.deployment(endpoint, name, found.line)

    def change() -> None:
        facts = stage.files.endpoint(endpoint)
        facts[what] = shares
        facts["changed"] = at
        stage.files.write_endpoint(endpoint)

    stage.show(found, change)
    _tell(stage, found, "Success")


def _tell(stage: Stage, found: Found, outcome: str) -> None:
    endpoint, by = stage.endpoint(found), found.optional("person")
    stage.tell(found, resource_event("Write", outcome, endpoint, None, at=stage.now, by=by))


@verbs.add("requests NUMBER a minute to TARGET [of ENDPOINT]", clauses=_ANSWERS, lasts=True)
def requests(stage: Stage, found: Found) -> Undo:
    """Requests that reach a deployment, or an endpoint, which spreads them as declared.

    They go on until the next sentence about the same. The traffic log is there from the first one.
    """
    endpoint, deployment = _target(stage, found)
    if found.number("number") <= 0:
        raise InvalidScenario(
            f"line {found.line}: give a number above 0, or write `no requests to "
            f"{found.text('target')}`."
        )
    before = stage.requests.flow(endpoint, deployment)
    stage.requests.set(endpoint, deployment, _flow(found))
    return lambda: stage.requests.set(endpoint, deployment, before)


@verbs.add("no requests to TARGET [of ENDPOINT]", lasts=True)
def no_requests(stage: Stage, found: Found) -> Undo:
    """None reach it from now on; the traffic log goes on and is empty."""
    endpoint, deployment = _target(stage, found)
    before = stage.requests.flow(endpoint, deployment)
    stage.requests.set(endpoint, deployment, None)
    return lambda: stage.requests.set(endpoint, deployment, before)


def _target(stage: Stage, found: Found) -> tuple[str, str | None]:
    target = found.text("target")
    if target in stage.files.endpoints:
        return target, None
    return stage.endpoint(found), target


def _flow(found: Found) -> Flow:
    fastest, slowest = 40.0, 60.0
    about = found.clause("latency NUMBER ms")
    if about is not None:
        fastest, slowest = 0.9 * about.number("number"), 1.1 * about.number("number")
    between = found.clause("latency NUMBER to NUMBER_2 ms")
    if between is not None:
        fastest, slowest = between.number("number"), between.number("number_2")
    return Flow(
        a_minute=found.number("number"),
        statuses=(
            *((s.number("number"), (int(s.text("count")), None)) for s in found.all(_STATUS)),
            *((s.number("number"), (424, int(s.text("count")))) for s in found.all(_OWN)),
        ),
        statuses_at=tuple(
            (s.text("deployment"), (s.number("number"), (int(s.text("count")), None)))
            for s in found.all(_AT)
        ),
        fastest=fastest,
        slowest=slowest,
        delayed=tuple(
            (slow.number("number"), slow.duration("duration").total_seconds() * 1000)
            for slow in found.all("NUMBER % take DURATION")
        ),
    )


@verbs.add("instances of DEPLOYMENT [of ENDPOINT] work at NUMBER % cpu|memory|disk|gpu", lasts=True)
def works(stage: Stage, found: Found) -> Undo:
    """So much of their processor or memory is used, minute after minute."""
    levels = stage.load.of(stage.endpoint(found), found.text("deployment")).levels
    measure = found.text("word")
    before = levels.get(measure, 20.0)
    levels[measure] = found.number("number")

    def back() -> None:
        levels[measure] = before

    return back


@verbs.add("COUNT of COUNT_2 instances of DEPLOYMENT [of ENDPOINT] are ready", lasts=True)
def ready(stage: Stage, found: Found) -> Undo:
    """The others are there and answer nobody."""
    load = stage.load.of(stage.endpoint(found), found.text("deployment"))
    before = load.ready
    load.ready, load.instances = int(found.text("count")), int(found.text("count_2"))

    def back() -> None:
        load.ready = before

    return back


@verbs.add("deployment DEPLOYMENT [of ENDPOINT] logs", needs_block=True)
def logs(stage: Stage, found: Found) -> None:
    """What its container has written: the lines below, in place of those before."""
    endpoint = stage.endpoint(found)
    stage.files.write(f"logs/{endpoint}/{found.text('deployment')}.log", found.block)


@verbs.add("deployment DEPLOYMENT [of ENDPOINT] logs FILE")
def logs_a_file(stage: Stage, found: Found) -> None:
    """What its container has written, from a file beside the scenario."""
    endpoint, path = stage.endpoint(found), stage.folder / found.text("file")
    if not path.is_file():
        raise InvalidScenario(f"line {found.line}: there is no file {found.text('file')}.")
    text = path.read_text(encoding="utf-8", errors="replace")
    stage.files.write(f"logs/{endpoint}/{found.text('deployment')}.log", text)
