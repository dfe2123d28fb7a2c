"""Bounds as the texts of keys state them: the last sentence, in one of few forms."""

import re

_NUMBER = r"-?\d+(?:\.\d+)?(?:s|m|h|d)?"
FORMS = (
    rf"Above (?P<above>{_NUMBER})",
    rf"Between (?P<above>{_NUMBER}) and (?P<below>{_NUMBER})",
    rf"From (?P<least>{_NUMBER}) to below (?P<below>{_NUMBER})",
    rf"From (?P<least>{_NUMBER}) to (?P<most>{_NUMBER})",
    rf"(?P<least>{_NUMBER}) or more",
    rf"At most (?P<most>{_NUMBER})",
)


def parted(text: str) -> tuple[str, str, dict[str, str]]:
    """A key's text without its bounds, the bounds in words, and their ends by name.

    >>> parted("How often. 1m or more.")
    ('How often.', '1m or more', {'least': '1m'})
    >>> parted("Why.")
    ('Why.', '', {})
    """
    for form in FORMS:
        found = re.search(rf"(?:^| )({form})\.$", text)
        if found is not None:
            words = found[1][0].lower() + found[1][1:]
            return text[: found.start()], words, dict(found.groupdict())
    return text, "", {}
