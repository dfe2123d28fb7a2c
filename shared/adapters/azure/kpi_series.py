"""KPIs as Log Analytics answers them: what is asked, and what a batch of answers means."""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.answers import number
from shared.adapters.azure.kql import Value, with_parameters
from shared.domain.canonical import parse_time
from shared.domain.world import SeriesAnswer, SeriesPoint, SeriesQuestion
from shared.errors import InvalidData, NoPermission, NotFound, Unavailable

if TYPE_CHECKING:
    from azure.monitor.query import LogsQueryError, LogsQueryPartialResult, LogsQueryResult

    Result = LogsQueryResult | LogsQueryPartialResult | LogsQueryError

_ROLE = "the role Log Analytics Reader on the Log Analytics workspace"
_WRONG_QUERY = "BadArgumentError"


def without_query(model: str, asked: SeriesQuestion) -> SeriesAnswer | None:
    """The answer that needs no call: a KPI whose policy has no query."""
    if asked.query is not None:
        return None
    return SeriesAnswer(
        problem=f"The KPI {asked.name} of {model} has no `query` in the policy; write one, or name "
        "a `metric` or a `table`."
    )


def query_of(model: str, asked: SeriesQuestion) -> str:
    """The owner's query with `parameters.model`, `.kpi`, `.start` and `.end` as values."""
    values: dict[str, Value] = {
        "model": model,
        "kpi": asked.name,
        "start": asked.start,
        "end": asked.end,
    }
    return with_parameters(asked.query or "", values)


def read_batch(asked: Sequence[SeriesQuestion], results: "Sequence[Result]") -> list[SeriesAnswer]:
    """Each KPI's points or problem; one bad query spoils no other.

    Raises NoPermission and NotFound, which hold for every query of the workspace, and Unavailable
    when not one of them was answered: all of it is worth asking again.
    """
    answers, unanswered = [], 0
    for question, result in zip(asked, results, strict=True):
        try:
            answers.append(SeriesAnswer(points=_points(question, result)))
        except (InvalidData, Unavailable) as problem:
            unanswered += isinstance(problem, Unavailable)
            answers.append(SeriesAnswer(problem=str(problem)))
    if unanswered == len(answers):
        raise Unavailable(answers[0].problem or "Log Analytics did not answer.")
    return answers


def _points(asked: SeriesQuestion, result: "Result") -> tuple[SeriesPoint, ...]:
    from azure.monitor.query import LogsQueryError, LogsQueryPartialResult

    if isinstance(result, LogsQueryError):
        raise _problem(asked.name, result.code, " ".join(str(result.message).split())[:300])
    if isinstance(result, LogsQueryPartialResult):
        reason = getattr(result.partial_error, "message", "no reason")
        raise Unavailable(
            f"Could not read the KPI {asked.name}: Log Analytics answered only a part ({reason})."
        )
    table = result.tables[0]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    points = [_point(asked.name, row) for row in rows]
    inside = [p for p in points if p is not None and asked.start <= p.time < asked.end]
    return tuple(sorted(inside, key=lambda point: point.time))


def _problem(name: str, code: str, message: str) -> Exception:
    if code == "InsufficientAccessError":
        return NoPermission(
            f"May not read the KPI {name}: Driftgate's identity needs {_ROLE} ({message})."
        )
    if code == "PathNotFoundError":
        return NotFound(f"Azure has no Log Analytics workspace of this id ({message}).")
    if code != _WRONG_QUERY:
        return Unavailable(f"Could not read the KPI {name}: Azure answered {code} ({message}).")
    if "Failed to resolve table" in message:
        return InvalidData(f"The query of the KPI {name} names a table that does not exist.")
    return InvalidData(f"Could not read the KPI {name}: the query is wrong ({message}).")


def _point(name: str, row: dict[str, Any]) -> SeriesPoint | None:
    for column in ("bucket", "value"):
        if column not in row:
            raise InvalidData(
                f"The query of the KPI {name} has no column `{column}`, only "
                f"{', '.join(map(str, row))}; end it with | project bucket, value, weight."
            )
    time, value, weight = row["bucket"], number(row["value"]), row.get("weight")
    if value is None or time is None:
        return None
    if isinstance(time, str):
        try:
            time = parse_time(time)
        except ValueError:
            raise InvalidData(
                f"The query of the KPI {name} has {time[:40]!r} as `bucket`; make it a datetime."
            ) from None
    read = None if weight is None else number(weight)
    if weight is not None and (read is None or not isfinite(read) or read < 0):
        raise InvalidData(f"The query of the KPI {name} has {weight!r} as `weight`; make it >= 0.")
    return SeriesPoint(time=time, value=value, weight=read, deployment=_deployment(row))


def _deployment(row: dict[str, Any]) -> str | None:
    """What a query that tells deployments apart says of this one."""
    name = row.get("deployment")
    return str(name) if name else None
