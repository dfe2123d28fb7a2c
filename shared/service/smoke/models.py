"""What a watched model's record holds: metrics, signature, collected rows."""

from datetime import datetime

from shared.domain.policy import Policy
from shared.domain.wording import spell_count
from shared.errors import NotFound
from shared.ports import Adapters
from shared.service.profiling.rows import table_of
from shared.service.smoke.observation import Answer, Notebook, Observation


def models(adapters: Adapters, since: datetime, now: datetime) -> list[Observation]:
    """The last version of every model that has a policy, and the rows it was asked to score."""
    book = Notebook("Models")
    with book.trying("Which models are watched?"):
        for policy in adapters.policies.all():
            _version(adapters, book, policy.model)
            _collected(adapters, book, policy, since, now)
    return book.observations


def _version(adapters: Adapters, book: Notebook, name: str) -> None:
    with book.trying(f"Which version of {name} is the last?"):
        versions = adapters.workspace.versions(name)
        if not versions:
            book.note(f"Which version of {name} is the last?", Answer.NO, "no version")
            return
        last = adapters.workspace.model(name, versions[-1])
        thing = f"{name}:{last.version}"
        for question, found, matters in (
            (
                f"Has {thing} metrics of the run that made it?",
                ", ".join(sorted(last.metrics)),
                "Gates on metrics need them, or tags `metrics.<name>`.",
            ),
            (
                f"Has {thing} a signature?",
                ", ".join(f"{column.name} {column.type}" for column in last.inputs),
                "The schema gate needs the inputs of its MLmodel file.",
            ),
            (
                f"Does {thing} name its training data?",
                last.training_data or "",
                "Drift needs a baseline; `training_data` in the policy names one too.",
            ),
        ):
            answer = Answer.YES if found else Answer.NO
            book.note(question, answer, found or "none", "" if found else matters)


def _collected(
    adapters: Adapters, book: Notebook, policy: Policy, since: datetime, now: datetime
) -> None:
    question = f"Are rows that {policy.model} scored collected?"
    table = table_of(policy)
    with book.trying(question):
        try:
            files = (
                adapters.workspace.collected(policy.model, policy.endpoint, start=since, end=now)
                if table is None
                else adapters.logged_rows.listed(
                    table, policy.profiles.time_column, start=since, end=now
                )
            )
        except NotFound as problem:
            book.note(question, Answer.NO, str(problem))
            return
        if table is not None:
            answer = Answer.YES if files else Answer.NO
            told = f"{spell_count(len(files), 'hour')} of this span in the table {table}"
            book.note(question, answer, told, "" if files else "Look at what sends the rows.")
            return
        if not files:
            book.note(question, Answer.NO, "no file in this span", "Switch the data collector on.")
            return
        example = "/".join(files[-1].place.replace("\\", "/").split("/")[-7:])
        book.note(question, Answer.YES, f"{spell_count(len(files), 'file')}, such as .../{example}")
