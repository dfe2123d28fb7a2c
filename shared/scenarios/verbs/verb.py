"""What a verb of the language is: its form, its clauses, and what it does on the stage."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.scenarios.phrases import Form, Found
from shared.scenarios.stage import Stage

Undo = Callable[[], None]
Act = Callable[[Stage, Found], Undo | None]

SILENTLY = "silently"
TELLING = (SILENTLY, "told twice", "told COUNT times", "told DURATION late", "shows DURATION later")
"""Clauses of whatever Azure sends an event about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One form of sentence; what `lasts` may be over again, by what its act returns.

    A `block` of indented lines may stand below it, or has to.
    """

    form: Form
    clauses: tuple[Form, ...]
    act: Act
    lasts: bool = False
    block: bool = False
    needs_block: bool = False


class Vocabulary:
    """Collects the verbs of one file: `@verbs.add("deployment DEPLOYMENT is deleted", ...)`."""

    def __init__(self) -> None:
        self.verbs: list[Verb] = []

    def add(
        self,
        *forms: str,
        clauses: tuple[str, ...] = (),
        lasts: bool = False,
        block: bool = False,
        needs_block: bool = False,
    ) -> Callable[[Act], Act]:
        """Register a function under one form or several."""

        def register(act: Act) -> Act:
            self.verbs.extend(
                Verb(
                    form=form,
                    clauses=Form.of(*clauses),
                    act=act,
                    lasts=lasts,
                    block=block or needs_block,
                    needs_block=needs_block,
                )
                for form in Form.of(*forms)
            )
            return act

        return register
