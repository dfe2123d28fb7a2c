"""Calls whose body is not what the model or the script expects."""

import re

from shared.domain.diagnosis.diagnosis import Basis, Cause, Diagnosis
from shared.domain.diagnosis.trouble import Phase, Trouble

_MISSING = re.compile(
    r"Model is missing inputs (?P<names>\[[^\]]{1,600}\])(?:.{0,40}extra inputs: "
    r"(?P<extra>\[[^\]]{0,300}\]))?"
)
_TYPE = re.compile(
    r"Incompatible input types for column (?P<column>.{1,120}?)\. (?P<why>Can not safely convert "
    r".{1,120}?)(?:\.|$)"
)
_SHAPE = (
    re.compile(r"X has (?P<got>\d+) features?, but (?P<what>\w+) is expecting (?P<want>\d+)"),
    re.compile(r"Feature shape mismatch, expected: (?P<want>\d+), got:? (?P<got>\d+)"),
    re.compile(
        r"number of features in data \((?P<got>\d+)\) is not the same as it was in training data "
        r"\((?P<want>\d+)\)"
    ),
    re.compile(
        r"expected axis .{0,20}to have value (?P<want>\d+), but received input with shape "
        r"(?P<got>.{1,40}?)\)?$"
    ),
    re.compile(
        r"mat1 and mat2 shapes cannot be multiplied \((?P<got>\d+x\d+) and (?P<want>\d+x\d+)\)"
    ),
    re.compile(
        r"Shape of input (?P<got>\([^)]{1,40}\)) does not match expected shape "
        r"(?P<want>\([^)]{1,40}\))"
    ),
    re.compile(
        r"Got invalid dimensions for input: (?P<what>\w{1,80}).{0,200}[Gg]ot: (?P<got>\d+) "
        r"[Ee]xpected: (?P<want>\d+)"
    ),
    re.compile(
        r"unexpected shape for input '(?P<what>[^']{1,80})'.{0,60}Expected "
        r"(?P<want>\[[^\]]{1,60}\]), got (?P<got>\[[^\]]{1,60}\])"
    ),
)
_COLUMNS = (
    re.compile(r"now missing: (?P<names>- .{1,300})"),
    re.compile(r"columns are missing: (?P<names>\{[^}]{1,400}\})"),
    re.compile(r"(?P<names>\[[^\]]{1,400}\]) not (?:in index|found in axis)"),
    re.compile(r"None of \[Index\((?P<names>\[[^\]]{1,400}\])"),
    re.compile(r"Feature names unseen at fit time: (?P<names>- .{1,300})"),
    re.compile(r"expected (?P<names>[\w, ]{1,300}) in input data"),
)
_TYPES = (
    (re.compile(r"could not convert string to"), "holds text where the model wants a number"),
    (re.compile(r"invalid literal for int\(\)"), "holds text where the model wants a whole number"),
    (
        re.compile(r"dtype='?numeric|arrays of bytes/strings"),
        "holds text where the model wants numbers",
    ),
    (
        re.compile(r"DataFrame\.dtypes for data must be"),
        "has columns of text where the model wants numbers",
    ),
    (re.compile(r"contains (?:NaN|infinity)"), "has missing values, and the model takes none"),
    (re.compile(r"Found unknown categor"), "has a category that the model never saw in training"),
    (re.compile(r"Expected 2D array, got"), "has not the form of rows of columns"),
    (
        re.compile(r"inhomogeneous shape|could not broadcast|not aligned|same length|equal size"),
        "has rows of different lengths, or of another shape than the model's",
    ),
    (
        re.compile(r"Unexpected input data type|[Ii]nput type .{1,60} (?:and|does not match)"),
        "has another data type than the model's input",
    ),
)
_WRONG_BODY = re.compile(
    r"indices must be integers|the JSON object must be str|'(?:str|list|NoneType|int"
    r"|float)' object has no"
    r" attribute '(?:get|keys|items|values)'|'NoneType' object is not (?:subscriptable|iterable)"
    r"|run\(\) (?:missing|got an unexpected)"
)
_JSON = re.compile(r"(?P<where>line \d+ column \d+)")
_ANSWER = re.compile(r"Object of type (?P<type>\w{1,60}) is not JSON serializable")
_TOO_LARGE = re.compile(
    r"client intended to send too large body|[Rr]equest entity too large|Payload Too Large"
    r"|exceeded the maximum allowed (?:request|body) size"
    r"|maximum context length is (?P<limit>\d+)"
    r"|maximum model length of (?P<most>\d+)"
)


def against_signature(trouble: Trouble) -> Diagnosis | None:
    """MLflow compares each call with the model's signature."""
    if match := _MISSING.search(trouble.message):
        names = _plain(match["names"])
        extra = f"; they have {_plain(match['extra'])} instead" if match["extra"] else ""
        return _bad(
            trouble,
            f"Calls lack inputs that the model's signature asks for: {names}{extra}.",
            'Send the columns by their names: {"input_data": {"columns": [...], "index": [...], '
            '"data": [...]}}, or correct the caller.',
            names,
        )
    if match := _TYPE.search(trouble.message):
        column = match["column"]
        return _bad(
            trouble,
            f"Calls give column {column} in a type that does not fit the model's signature: "
            f"{match['why']}.",
            f"Send {column} in the type of the signature, or train with the type callers have "
            "(doubles where values may be missing).",
            column,
        )
    return None


def shape(trouble: Trouble) -> Diagnosis | None:
    """More or fewer features than the model was trained with."""
    match = next((m for pattern in _SHAPE if (m := pattern.search(trouble.message))), None)
    if match is None:
        return None
    got, want = match["got"], match["want"]
    return _bad(
        trouble,
        f"Calls send {got} features where the model expects {want}.",
        "Compare the caller's columns, and the script's preparation of them, with those of the "
        "training; a new version of the model may have other features than its callers.",
        f"{got} for {want}",
    )


def columns(trouble: Trouble) -> Diagnosis | None:
    """Columns that the script or the pipeline selects and the call does not have."""
    match = next((m for pattern in _COLUMNS if (m := pattern.search(trouble.message))), None)
    if match is None:
        return None
    names = _plain(match["names"])
    return _bad(
        trouble,
        f"Calls lack columns that the script or the model asks for: {names}.",
        "Send these columns by these names, or let the script rename what callers send.",
        names,
    )


def missing_key(trouble: Trouble) -> Diagnosis | None:
    """run() looks up a key that the body does not have."""
    if trouble.error != "KeyError" or trouble.phase is Phase.STARTING:
        return None
    key = trouble.message.strip("'\"")
    named = None if key in {"…", ""} else key
    what = f"the key {named!r}" if named else "a key"
    return _bad(
        trouble,
        f"{trouble.who} reads {what} that the body of the call does not have.",
        f"Send {{{json_key(named)}: [...]}}, or let run() refuse such a call with status 400.",
        named,
    )


def json_key(name: str | None) -> str:
    """A key as it stands in a body of JSON."""
    return f'"{name}"' if name else '"..."'


def values(trouble: Trouble) -> Diagnosis | None:
    """Values of a type or kind that the model does not take."""
    if trouble.phase is Phase.STARTING:
        return None
    for pattern, what in _TYPES:
        if pattern.search(trouble.message):
            return _bad(
                trouble,
                f"The body of a call {what}.",
                "Correct the caller, or prepare the values in run() as in training; let run() "
                "refuse what it cannot score with status 400.",
                None,
            )
    return None


def body(trouble: Trouble) -> Diagnosis | None:
    """A body that is no JSON, or another JSON than run() takes apart."""
    if trouble.phase is Phase.STARTING:
        return None
    if trouble.error == "JSONDecodeError":
        at = _JSON.search(trouble.message)
        return _bad(
            trouble,
            "The body of a call is no JSON" + (f" ({at['where']})." if at else "."),
            "Send JSON with `Content-Type: application/json`; an empty body fails like this too.",
            None,
        )
    if _WRONG_BODY.search(trouble.message):
        return _bad(
            trouble,
            f"{trouble.who} expects the body in another form than the call has.",
            "Compare the body with what run() takes apart: text or parsed JSON, a list or an "
            "object; send it in that form.",
            None,
        )
    if answer := _ANSWER.search(trouble.message):
        return trouble.blame(
            Cause.SCRIPT_ERROR,
            f"{trouble.who} answers with {answer['type']}, which is no JSON.",
            "Turn it into plain lists and numbers before returning it, such as with `.tolist()`.",
            named=answer["type"],
        )
    return None


def too_large(trouble: Trouble) -> Diagnosis | None:
    """A body larger than the server, or a text longer than the model, takes."""
    match = _TOO_LARGE.search(trouble.message)
    if match is None:
        return None
    limit = match["limit"] or match["most"]
    if limit:
        return trouble.blame(
            Cause.INPUT_TOO_LARGE,
            f"A call is longer than the {limit} tokens that the model takes.",
            "Shorten what the caller sends, or deploy with a longer context.",
            named=f"{limit} tokens",
        )
    return trouble.blame(
        Cause.INPUT_TOO_LARGE,
        "A call's body is larger than the server takes.",
        "Send fewer rows a call (a managed endpoint takes 1.5 MB), or score large inputs with a "
        "batch endpoint.",
    )


def refused_calls(refused: int, calls: int, status: int, line: str) -> Diagnosis:
    """Calls that the server itself refused, without a word in the log."""
    meaning = {
        413: (Cause.INPUT_TOO_LARGE, "the body is too large", "Send fewer rows a call."),
        415: (
            Cause.BAD_INPUT,
            "the body is not declared as JSON",
            "Send `Content-Type: application/json`.",
        ),
        404: (
            Cause.BAD_INPUT,
            "the path is not the one it serves",
            "Correct `scoring_route` of the inference_config, or the path that callers use.",
        ),
    }
    cause, why, fix = meaning.get(
        status,
        (
            Cause.BAD_INPUT,
            "the body is not what the script's schema asks for",
            "Call it with the body that GET /swagger.json describes; the answer to the caller "
            "says what is wrong.",
        ),
    )
    return Diagnosis(
        cause=cause,
        sentence=f"The server refused {refused} of {calls} calls with status {status}: {why}.",
        fix=fix,
        named=f"status {status}",
        quoted=(line,),
        basis=Basis.INFERRED,
    )


def _plain(names: str) -> str:
    """Names as people list them, out of Python's list, set or lines."""
    return ", ".join(re.findall(r"[A-Za-z_0-9](?:[\w. /]|-(?=\w)){0,80}", names)) or names


def _bad(trouble: Trouble, sentence: str, fix: str, named: str | None) -> Diagnosis:
    return trouble.blame(Cause.BAD_INPUT, sentence, fix, named=named)
