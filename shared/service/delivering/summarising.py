"""A notice with a summary on top, where a language model is there and answers in time."""

import logging
import re
from dataclasses import replace

from shared.domain.diagnosis.secrets import without_secrets
from shared.domain.notices import Notice
from shared.domain.policy import ReceiverPolicy
from shared.domain.wording import one_line
from shared.errors import Refused, Unavailable
from shared.ports import Adapters
from shared.service.delivering.redacting import redacted

_LOG = logging.getLogger(__name__)
_MOST = 600
_MARKED_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,2000}(?: [^()]{0,300})?\)")
_ADDRESS = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{1,20}:/{0,2}(?=[\w/])[^\s<>\"]{1,2000}\.[^\s<>\"]{1,2000}"
    r"|\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"]{0,2000}|\b(?:javascript|data|mailto|tel):\S{1,2000}"
    r"|\bwww\.\S{1,2000}"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,6}"
    r"(?:com|net|org|io|dev|app|info|co|ru|cn|xyz|link|click|top|me|ai|uk|de|eu|example)"
    r"(?![\w-])(?:[/:?#]\S{0,2000})?"
)
_TAG = re.compile(r"<[^<>]{0,500}>")
_MARKS = re.compile(r"[`*#|<>\[\]{}~\\]+|(?<!\w)_+|_+(?!\w)|(?:^|\s)[-+](?=\s)")


def summarised(notice: Notice, receiver: ReceiverPolicy, adapters: Adapters) -> tuple[Notice, int]:
    """The notice with its summary and the tokens that cost; as it was where there is none.

    Nobody is told later or less because of a summary: what fails is logged, and nothing is raised.
    """
    if adapters.summaries is None or receiver.summary is None:
        return notice, 0
    try:
        made = adapters.summaries.summarise(redacted(notice))
    except (Refused, Unavailable) as problem:
        _LOG.warning("no summary for %s: %s", receiver.name, one_line(str(problem), 300))
        return notice, 0
    text = as_plain_text(made.text)
    return (replace(notice, summary=text) if text else notice), made.tokens


def as_plain_text(written: str) -> str:
    r"""What a model wrote as one line of at most 600 characters: no link, no markup, no secret.

    >>> as_plain_text("**Blue** is [down](https://evil.example/x).\n- <b>See</b> evil.example/a")
    'Blue is down. See'
    """
    text = _MARKED_LINK.sub(r"\1", written[: 10 * _MOST])
    text = _ADDRESS.sub("", _TAG.sub(" ", text))
    return one_line(without_secrets(_MARKS.sub(" ", text)), _MOST).replace(" .", ".")
