"""What is told, beside drift itself, of the collected rows that a look for drift rests on."""

from shared.domain.decisions.collection.joined import judge_joined
from shared.domain.decisions.collection.lines import judge_lines
from shared.domain.decisions.collection.sampling import spell_sampling
from shared.domain.evidence import CollectedSpan
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number


def window_findings(span: CollectedSpan | None, thing: str) -> tuple[Finding, ...]:
    """Rows with their sampling, lines that were not read, and how inputs and outputs join.

    None of them decides anything here: the check of the collection does.
    """
    if span is None:
        return ()
    found = [_rows(span, thing)]
    for seen, what in ((span.inputs, "model_inputs"), (span.outputs, "model_outputs")):
        lines = judge_lines(seen, f"{thing}/{what}", enforced=False)
        found.extend([lines] if lines is not None else [])
    if span.joined is not None:
        found.append(judge_joined(span.joined, thing, span.outputs_sampling, enforced=False))
    return tuple(found)


def _rows(span: CollectedSpan, thing: str) -> Finding:
    sampling = spell_sampling(span.sampling, span.inputs.rows)
    return Finding(
        rule=Rule.COLLECTION,
        thing=thing,
        verdict=Verdict.PASS,
        reason="rows_read",
        sentence=(
            f"{spell_number(span.inputs.rows)} input rows of {span.inputs.files} files and "
            f"{spell_number(span.outputs.rows)} output rows of {span.outputs.files} files were "
            f"read. {sampling}"
        ).rstrip(),
        n=span.inputs.rows,
        enforced=False,
        details={"sampling": dict(span.sampling)},
    )
