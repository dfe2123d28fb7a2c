"""How many rows a run wrote, against all that were as usual."""

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.batch.rule import Batch, Judged, milder
from shared.domain.evidence import RunRows
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number

KEPT = 20
_NEEDED = 3
_FACTOR = 2.0


def judge_volume(
    batch: Batch, run: RunRows, rows: int, usual: tuple[int, ...], labels: dict[str, str]
) -> Judged:
    """No rows at all, fewer than half as many as ever, or more than twice as many.

    What is told here is not taken as usual: the next run has to be as the ones before were, or the
    policy's `learn_from` to be moved on.
    """
    named = f"Run {run.run} of batch endpoint {batch.endpoint} wrote {spell_number(rows)} rows"
    if rows > 0 and len(usual) < _NEEDED:
        return Judged(
            finding=batch.finding(
                Verdict.INCONCLUSIVE,
                "few_runs",
                f"{named}; {_NEEDED} runs before it would say whether that is usual.",
                statistic="rows",
                estimate=rows,
                n=len(usual),
            ),
            over={AlertKind.BATCH_VOLUME: f"{named[0].lower()}{named[1:]}"},
        )
    least, most = min(usual, default=0), max(usual, default=0)
    span = f"the {len(usual)} before it {spell_number(least)} to {spell_number(most)}"
    sentence = f"{named}, {span}." if usual else f"{named}."
    few, many = rows == 0 or rows < least / _FACTOR, rows > most * _FACTOR
    finding = batch.finding(
        Verdict.FAIL if few or many else Verdict.PASS,
        "no_rows" if rows == 0 else "few_rows" if few else "many_rows" if many else "usual_rows",
        sentence,
        statistic="rows",
        estimate=rows,
        limit=most * _FACTOR if many else least / _FACTOR,
        n=len(usual),
    )
    if not few and not many:
        return Judged(finding=finding, over={AlertKind.BATCH_VOLUME: sentence.rstrip(".")})
    how = "no rows" if rows == 0 else f"only {spell_number(rows)} rows" if few else "too many rows"
    alert = Alert(
        kind=AlertKind.BATCH_VOLUME,
        subject=batch.subject,
        severity=Severity(batch.policy.severity) if few else milder(batch.policy.severity),
        title=f"batch endpoint {batch.endpoint}: run {run.run} wrote {how}",
        text=(
            f"{sentence} The run itself completed. "
            + (
                "Its input was empty or cut short, or rows were left out while scoring."
                if few
                else "Its input holds more than it used to, or rows were scored twice."
            )
            + " If that is meant, move `learn_from` of the batch endpoint in the policy on to when "
            "this run began."
        ),
        first_step=(
            f"Count the rows of its input, and read how many its log says were left out: "
            f"az ml job stream --name {run.run}"
        ),
        since=run.start,
        labels=labels,
    )
    return Judged(finding=finding, alert=alert)
