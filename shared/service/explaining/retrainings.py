"""A retraining explained: what asked for it, what held it, what it cost and what came of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.domain.decisions.retraining.look import spelled
from shared.domain.retraining import Retraining
from shared.domain.state import SubjectState
from shared.domain.wording import begin, one_line, spell_number
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.explaining.explanation import Explanation, Thing
from shared.service.explaining.history import History, in_order
from shared.service.explaining.wording import spell_second

_RETRAINING, _BUDGET = "retraining/", "budget/retraining"
_OF_THE_NEXT = frozenset({"cause", "repeated", "under_way"})
"""What was found while one was under way, day by day; its own causes are among its facts."""


def explain_retraining(
    thing: Thing, ledger: Ledger, history: History, now: datetime
) -> Explanation:
    """From the decisions of the model's governor and of the fleet's budget."""
    model = thing.subject.removeprefix(_RETRAINING)
    watch = decode(ledger.state(thing.subject).state, SubjectState).retraining
    one = next((one for one in watch.retrainings if one.id == thing.name), None)
    found = history.moments(
        [thing.subject, _BUDGET],
        lambda finding: _is_of(finding, thing.name),
    )
    general = history.moments(
        [thing.subject],
        lambda finding: (
            finding["rule"] in {"retraining", "budget"}
            and finding["reason"] not in _OF_THE_NEXT
            and not _is_of(finding, thing.name)
            and finding["thing"] in {f"{_RETRAINING}{model}", thing.subject}
        ),
    )
    since = min((moment.at for moment in found), default=None)
    begun = min([cause.time for cause in one.causes], default=since) if one is not None else since
    ended = one.ended if one is not None else None
    besides = [
        moment
        for moment in general
        if begun is not None and begun <= moment.at and (ended is None or moment.at <= ended)
    ]
    moments, note = in_order([*found, *besides])
    return Explanation(
        thing=thing,
        at=now,
        title=f"The retraining {thing.name[:16]} of {model}",
        now=tuple(_now(one, moments[-1].sentence if moments else None)),
        facts=(("model", model), *(() if one is None else tuple(_facts(one)))),
        moments=moments,
        notes=(*history.notes, *([note] if note else [])),
    )


def _is_of(finding: Mapping[str, Any], name: str) -> bool:
    details = finding.get("details") or {}
    return finding["thing"] == f"{_RETRAINING}{name}" or details.get("retraining") == name


def _now(one: Retraining | None, last: str | None) -> Iterator[str]:
    if one is None:
        yield f"It is no longer remembered. {last or ''}".strip()
        return
    because = f": {one_line(one.because, 400).rstrip('.')}" if one.because else ""
    yield f"It is {spelled(one.phase)} since {spell_second(one.changed)}{because}."
    if one.version is not None:
        yield f"Version {one_line(one.version, 80)} came of it."


def _facts(one: Retraining) -> Iterator[tuple[str, str]]:
    yield "asked", spell_second(one.asked)
    for cause in one.causes[:10]:
        features = f" in {', '.join(cause.features[:10])}" if cause.features else ""
        yield (
            "cause",
            begin(f"{cause.cause} of {cause.window}{features}, {spell_second(cause.time)}"),
        )
    if one.cost is not None:
        yield "cost", spell_number(one.cost)
    if one.job is not None:
        yield "job", one.job
    if one.pipeline is not None:
        run = "" if one.run is None else f", run {one.run}"
        yield "pipeline", f"{one.pipeline}{run}"
    if one.address is not None:
        yield "address", one.address
