"""No key, token, password or address of a person leaves a log.

Every pattern is bounded and starts at a fixed word or at a boundary, so that a hostile line costs
no more time than a long one.
"""

import re

HIDDEN = "<hidden>"

_WORDS = (
    r"(?:account|access|shared|storage|api|subscription|primary|secondary|client|function|"
    r"instrumentation|signing|private|encryption|master|admin|host|sas|service|insights)[-_. ]?key"
    r"|secret|password|passwd|passphrase|pwd|token|sig|signature|credentials?"
    r"|connection[-_ ]?string|authorization|cookie|sas|user[-_ ]?id|uid"
)
_LABELLED = re.compile(
    r"(?<![\w.-])([\w.-]{0,40}?(?:" + _WORDS + r")\\?[\"']?\]?\s{0,3}(?:=>|[:=])\s{0,3})"
    r"(\\?\"[^\"]{0,4000}\\?\"?|\\?'[^']{0,4000}'?|(?:bearer|basic|sharedkey)\s{1,3}[^\s\"',;&]{1,4000}"
    r"|[^\s\"',;&}\])]{1,4000})",
    re.IGNORECASE,
)
_SHAPES = (
    re.compile(r"\beyJ[\w-]{6,4000}(?:\.[\w-]{0,4000}){0,4}"),
    re.compile(r"\b((?i:bearer|basic|sharedaccesssignature|sharedkey))\s{1,3}[^\s\"',;]{6,4000}"),
    re.compile(r"\bAKIA[0-9A-Z]{12,20}"),
    re.compile(r"\bgh[pousr]_\w{16,255}|\bgithub_pat_\w{16,255}|\bglpat-[\w-]{16,255}"),
    re.compile(r"\b(?:hf|npm|dop_v1|dapi)_?[A-Za-z0-9]{20,255}"),
    re.compile(r"\bsk-[\w-]{16,255}|\bxox[abeoprs]-[\w-]{8,255}"),
    re.compile(r"[\w.~-]{3}[78]Q~[\w.~-]{20,60}"),
    re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42,86}={1,2}(?![\w=])"),
    re.compile(r"(?<![\w-])(?<!sha256:)[0-9a-fA-F]{32,512}(?![\w-])"),
)
_LONG = re.compile(r"(?<![\w./+-])[A-Za-z0-9_+-]{32,4000}={0,2}(?![\w./])")
_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]{1,15}://[^\s?\"'<>]{1,500})\?[^\s\"'<>)]{1,4000}")
_PERSON = re.compile(r"(\b[a-z][a-z0-9+.-]{1,15}://)[^\s/@\"'<>]{1,300}@")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PEM = re.compile(
    r"-----BEGIN [A-Z ]{0,40}(?:KEY|CERTIFICATE)-----.{0,8000}?(?:-----END[^-]{0,50}-----|$)"
)
_PEM_BEGINS = re.compile(r"-----BEGIN [A-Z ]{0,40}(?:KEY|CERTIFICATE)-----")
_PEM_ENDS = re.compile(r"-----END [A-Z ]{0,40}(?:KEY|CERTIFICATE)-----")
_PEM_BODY = re.compile(r"\s*[A-Za-z0-9+/]{16,80}={0,2}\s*")
_AT_MOST = 60
"""Lines of a private key that may follow its first line."""


def without_secrets(line: str) -> str:
    """A line with everything that opens a door hidden, and every address of a person.

    >>> without_secrets("AccountName=st1;AccountKey=abc123==;EndpointSuffix=core.windows.net")
    'AccountName=st1;AccountKey=<hidden>;EndpointSuffix=core.windows.net'
    >>> without_secrets("GET https://st1.blob.core.windows.net/models/m.pkl?sv=2021&sig=a%2Bb%3D")
    'GET https://st1.blob.core.windows.net/models/m.pkl?<hidden>'
    >>> without_secrets("postgresql://app:pa55@db.example.com/loans was read by jane@example.com")
    'postgresql://<hidden>@db.example.com/loans was read by <hidden>'
    """
    line = _PEM.sub(HIDDEN, line)
    line = _PERSON.sub(rf"\1{HIDDEN}@", line)
    line = _QUERY.sub(rf"\1?{HIDDEN}", line)
    line = _LABELLED.sub(_after_label, line)
    for shape in _SHAPES:
        line = shape.sub(HIDDEN, line)
    line = _LONG.sub(_if_mixed, line)
    return _MAIL.sub(HIDDEN, line)


def without_key_blocks(lines: list[str]) -> list[str]:
    """Lines without the private keys that reach over several, even if cut off at the top."""
    kept: list[str] = []
    inside = 0
    for line in lines:
        if inside and _PEM_ENDS.search(line):
            inside = 0
            kept[-1] = HIDDEN
            continue
        if inside and _PEM_BODY.fullmatch(line):
            inside -= 1
            continue
        inside = 0
        if _PEM_ENDS.search(line) and not _PEM_BEGINS.search(line):
            while kept and _PEM_BODY.fullmatch(kept[-1]):
                kept.pop()
            kept.append(HIDDEN)
        elif (begins := _PEM_BEGINS.search(line)) and not _PEM_ENDS.search(line):
            kept.append(line[: begins.start()] + HIDDEN)
            inside = _AT_MOST
        else:
            kept.append(line)
    return kept


def _after_label(match: re.Match[str]) -> str:
    value = match.group(2).strip("\\\"'")
    if value.casefold() in {"none", "null", "true", "false", "", HIDDEN}:
        return match.group(0)
    return match.group(1) + HIDDEN


def _if_mixed(match: re.Match[str]) -> str:
    """Long words of capitals, small letters and digits are keys; names of things are not."""
    word = match.group(0)
    kinds = (str.isdigit, str.isupper, str.islower)
    return HIDDEN if all(any(map(kind, word)) for kind in kinds) else word
