"""What Driftgate's identity may read: each store and service once, so that a fault names itself."""

from shared.domain.wording import spell_count
from shared.ports import Adapters
from shared.service.smoke.observation import Answer, Notebook, Observation


def access(adapters: Adapters) -> list[Observation]:
    """One reading of every port that can be read without changing anything."""
    book = Notebook("Access")
    book.reads(
        "May the ledger be read?",
        lambda: spell_count(len(adapters.ledger.decisions(limit=1)), "decision") + " read",
    )
    book.reads(
        "May the archive be listed?",
        lambda: spell_count(len(list(adapters.archive.list(limit=1))), "event") + " read",
    )
    book.reads(
        "May the workspace be read?",
        lambda: spell_count(len(adapters.workspace.endpoints()), "online endpoint"),
    )
    with book.trying("May the policies be read?"):
        policies, problems = adapters.policies.all(), adapters.policies.problems()
        named = ", ".join(policy.model for policy in policies) or "none"
        book.note("May the policies be read?", Answer.YES, f"policies of {named}")
        for problem in problems:
            book.note("Is every policy valid?", Answer.NO, problem)
    return book.observations
