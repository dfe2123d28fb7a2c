"""What is sent to the API: an object of known fields, and in whose name it is said."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service.people.saying import Signed
from shared.web.http.callers import Caller

Text = Annotated[str, Field(pattern=r"\S", max_length=4000)]
"""A text that says something."""


def said_as(**example: Any) -> ConfigDict:
    """How a body is read, strictly, and an example of one."""
    return ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [example]})


class Said(BaseModel):
    """What somebody says, and why.

    An unknown field is refused, since it may be a misspelt one that matters. `author` counts only
    where the platform signed nobody in.
    """

    model_config = said_as(reason="they came")

    reason: Annotated[Text, Field(description="Why, for whoever reads it later.")]
    author: Annotated[
        Text | None, Field(description="Who says it; whoever is signed in goes before it.")
    ] = None


def signed(here: Application, caller: Caller, said: Said) -> Signed:
    """In whose name it is said: whom the platform signed in, before whoever the body says it is.

    Raises InvalidData where it is nobody.
    """
    author = caller.name or said.author
    if author is None:
        raise InvalidData("author is missing; send it as text.")
    return Signed(author=author, reason=said.reason, now=here.clock(), via="api")
