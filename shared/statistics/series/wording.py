"""A judged series in one sentence."""

from shared.statistics.series.judgement import Question, SeriesJudgement

_MOVES = {"fall": "fall", "rise": "rise", "both": "move"}


def series_sentence(judged: SeriesJudgement, question: Question) -> str:
    """What was seen, what was expected, the change with its interval, and what is allowed."""

    def spell(value: float | None) -> str:
        if value is None:
            return "unknown"
        return f"{value:.1%}" if question.kind == "proportion" else f"{value:.4g}"

    def change(value: float | None) -> str:
        if value is None:
            return "unknown"
        if question.relative:
            return f"{value:+.1%}"
        points = question.kind == "proportion"
        return f"{100 * value:+.1f} points" if points else f"{value:+.4g}"

    more = (
        f"; a weight of about {judged.n_needed:.0f} would decide"
        if judged.n_needed is not None
        else ""
    )
    return (
        f"{spell(judged.observed)} instead of the expected {spell(judged.expected)}, a change of "
        f"{change(judged.estimate)} ({change(judged.low)} to {change(judged.high)}, "
        f"n {judged.n:g}); it may not {_MOVES[question.direction]} by more than "
        f"{change(question.limit)[1:]}{more}."
    )
