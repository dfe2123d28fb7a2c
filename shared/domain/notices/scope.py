"""Which alerts belong together: those of a model and of all that serves it."""

SCOPE = "alerts"


def scope_of(subject: str, model: str | None) -> str:
    """The subject that looks after the alerts of `subject`, whose policy is that of `model`.

    >>> scope_of("endpoint/loan-endpoint", "loan-default"), scope_of("service/driftgate", None)
    ('alerts/loan-default', 'alerts/service.driftgate')
    """
    kind, _, name = subject.partition("/")
    if model is None and kind in {"model", "retraining"}:
        model = name
    return f"{SCOPE}/{model or f'{kind}.{name}'}"
