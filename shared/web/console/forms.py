"""What somebody sent with a form of a page."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from shared.errors import InvalidData
from shared.web.http.problems import Problem

_MOST_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"


class Fields:
    """The fields of a form by name; one that was left empty is as if it were not there."""

    def __init__(self, sent: Mapping[str, list[str]]) -> None:
        self._sent = sent

    def text(self, name: str) -> str | None:
        """A field's text without blanks around it, None where it was left empty."""
        return next((one for one in self.texts(name)), None)

    def texts(self, name: str) -> list[str]:
        """All texts of a field that may be sent several times, such as checked boxes."""
        return [one.strip() for one in self._sent.get(name, ()) if one.strip()]

    def needed(self, name: str, label: str) -> str:
        """A field's text. Raises InvalidData naming it as the page does where it is empty."""
        found = self.text(name)
        if found is None:
            raise InvalidData(f"{label} is empty; fill it in.")
        return found

    @property
    def all(self) -> Mapping[str, list[str]]:
        """Every text by its field, as it was sent."""
        return self._sent

    def typed(self) -> dict[str, str]:
        """What was typed, field by field, so that a page can show it again."""
        return {name: values[0] for name, values in self._sent.items() if values}

    def checked(self, name: str) -> bool:
        """Whether a box is checked."""
        return self.text(name) is not None


async def _fields(request: Request) -> Fields:
    """The form of a request. Raises Problem for one that no page of ours sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Problem(415, f"This takes a form of the console, sent as {_FORM}.")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as fault:
        raise InvalidData("The form cannot be read; load the page again.") from fault
    sent: dict[str, list[str]] = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value)
    return Fields(sent)


Form = Annotated[Fields, Depends(_fields)]
"""The form that was sent, as an argument of a route."""
