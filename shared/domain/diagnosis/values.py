"""What the scoring script wrote itself may hold a row of somebody: it is not kept.

Words of servers, tools and libraries are kept. Of the script's own words those are kept that tell
of trouble while it starts, when no row has come yet; while it serves none but what an exception
says in a form that is known to hold no value of a row.
"""

import re

DROPPED = "…"

_OF_TOOLS = re.compile(
    r"""
    ^\s{0,4}Azure\ ML\ Inferencing\ HTTP\ server
    | ^(?:Entry\ Script\ Name|Model\ Directory|Config\ File|Worker\ Count|Worker\ Timeout
        |Server\ Port|Health\ Port|Inferencing\ HTTP\ server\ version)\b
    | ^(?:Server\ Settings|Server\ Routes|Liveness\ Probe:|Score:|Initializing\ logger|-{3,}$)
    | ^(?:Instance\ status|Container\ events|Container\ logs):
    | ^(?:SystemSetup|UserContainerImagePull|ModelDownload|UserContainerStart):
    | ^Kind:\ \w+,\ Name:
    | "(?:GET|POST|PUT|HEAD|OPTIONS)\ [^"\s]{1,300}\ HTTP/
    | ^(?:Starting\ gunicorn|Listening\ at|Using\ worker|Booting\ worker|Worker\ exiting
        |Worker\ \(pid|Shutting\ down|Reason:\ |Handling\ signal|WORKER\ TIMEOUT)
    | ^(?:Started\ server\ process|Waiting\ for\ application|Application\ startup|Uvicorn\ running
        |Started\ parent\ process|Finished\ server\ process)
    | ^Extra\ keys\ = | ^Error\ loading\ ASGI\ app | ^=+\s?Configuration\ Error
    | ^(?:Current\ thread|Thread)\ 0x | ^Fatal\ Python\ error: | most\ recent\ call\ first
    """,
    re.VERBOSE,
)
_TROUBLE = re.compile(
    r"error|exception|fail|can(?:no|')t|could not|unable|denied|forbidden|unauthori[sz]ed"
    r"|not ?found"
    r"|no such|no module|timed? ?out|killed|out of memory|\boom|refused|no space|missing|mismatch"
    r"|incompatible|inconsistent|GLIBC|cuda|exit(?:ed)? (?:code|status|with)|unsupported|quota"
    r"|unhealthy|back-?off|conflict|requires|unpickl|deserializ|disconnect|segfault|core dumped"
    r"|^\s{0,6}- [\w.-]{1,80}(?:[=<>!~]|$)",
    re.IGNORECASE,
)
_TOOLS = re.compile(
    r"(?:azmlinfsrv|gunicorn|uvicorn|hypercorn|waitress|werkzeug|starlette|org\.pytorch\.serve"
    r"|mlflow|transformers|huggingface_hub|torch|tensorflow|keras|xgboost|lightgbm|sklearn"
    r"|vllm|triton"
    r"|azure|msal|opencensus|opentelemetry|urllib3|requests|httpx|VMAgent)(?:\.|$)"
    r"|[\w/-]+\.cc:\d+$|[\w-]+/run$"
)
_PRINTED = "azmlinfsrv.print"
_SAFE = re.compile(
    r"""
    ^-\ [\w.\ -]{1,80}$ | No\ module\ named | cannot\ import\ name | \[Errno\ -?\d+\]
    | Can't\ get\ attribute
    | \bX\ has\ \d+\ features | feature\ names?\ (?:should|must|mismatch|unseen|seen|missing)
    | Feature\ names\ (?:unseen|seen)
    | Model\ is\ missing\ inputs | Incompatible\ input\ types\ for\ column
    | Can\ not\ safely\ convert | Failed\ to\ enforce\ schema
    | Expecting\ (?:value|property\ name|',')|Extra\ data:\ line | Unterminated\ string
    | CUDA | cuDNN | out\ of\ memory | Unable\ to\ allocate | MemoryError | Cannot\ allocate\ memory
    | Max\ retries\ exceeded | name\ resolution | Name\ or\ service | timed\ out | Timeout
    | Connection\ (?:refused|reset|aborted) | certificate | NewConnectionError
    | contains\ (?:NaN|infinity) | Expected\ 2D\ array | could\ not\ broadcast
    | equal\ size | inhomogeneous
    | shapes?\ .{0,40}\ (?:not\ aligned|cannot\ be\ multiplied|mismatch)
    | input\ shape | invalid\ dimensions | Feature\ shape\ mismatch | number\ of\ features\ in\ data
    | dtype=?'?numeric | could\ not\ convert\ string\ to\ float | invalid\ literal\ for\ int
    | Found\ unknown\ categor | is\ not\ JSON\ serializable | columns\ are\ missing
    | not\ in\ index | are\ in\ the\ \[columns\] | not\ found\ in\ axis
    | the\ JSON\ object\ must\ be | indices\ must\ be | missing\ \d+\ required
    | object\ has\ no\ attribute | object\ is\ not\ (?:subscriptable|callable|iterable)
    | name\ '\w+'\ is\ not\ defined | unsupported\ operand | does\ not\ have\ a\ \w+\(\)\ function
    | not\ authorized | Forbidden | Unauthorized | authentication | permission | Permission
    | ErrorCode | secrets\ get | NotFound | does\ not\ exist | No\ such\ file
    | invalid\ load\ key | pickle | GLIBC | shared\ object | DataFrame\.dtypes
    | division\ by\ zero | index\ out\ of | out\ of\ (?:bounds|range) | recursion\ depth
    | values\ to\ unpack | within\ the\ allocated\ time
    | maximum\ (?:context|model)\ length | KV\ cache | \(environment\ variable:
    | Reshape\ your\ data | Input\ (?:data\ )?(?:contains|X)
    """,
    re.VERBOSE,
)
_VALUES = (
    (re.compile(r"(of data ')(?!…').*?('? ?(?:with schema)|$)"), r"\1…' \2"),
    (re.compile(r"^(?!.{0,200}of data ').*(' with schema )"), r"…\1"),
    (re.compile(r"(could not convert string to \w+: ).*"), r"\1'…'"),
    (re.compile(r"(invalid literal for int\(\) with base \d+: ).*"), r"\1'…'"),
    (
        re.compile(r"(unknown categor(?:y|ies) ).{1,2000}?( (?:in|for) (?:column|feature) \w+|$)"),
        r"\1[…]\2",
    ),
    (
        re.compile(
            r"(could not parse|cannot parse|unparsable|invalid value|input_value=).*", re.IGNORECASE
        ),
        r"\1 …",
    ),
    (re.compile(r"^.*?(maximum (?:context|model) length (?:is|of) \d+(?: tokens)?).*"), r"\1"),
    (re.compile(r"(NumPy array|array\()[\[(\d].*"), r"\1…"),
)
_LISTED = re.compile(r"\[[^\[\]]{0,2000}\]")
_NAMES_ONLY = re.compile(
    r"""\[\s*(?:(?:['"][A-Za-z_][\w\ ./-]{0,80}['"]|Errno\ -?\d+|columns|\w{0,20})(?:,\s*)?)*\]""",
    re.VERBOSE,
)
_BRACED = re.compile(r"\{[^{}]{0,2000}\}")
_NAMED_BRACES = re.compile(r"""\{\s*(?:['"][A-Za-z_][\w\ ./-]{0,80}['"](?:,\s*)?)+\}""")
_QUOTED = re.compile(r"""(?<!\w)(['"])(?P<inside>[^'"]{1,400})\1(?!\w)""")
_ASKED = re.compile(r"((?:GET|POST|PUT|HEAD|OPTIONS) /[^\s?\"]{0,300})\?[^\s\"]{1,2000}")
_NAME = re.compile(r"(?=.*[A-Za-z_/])[\w./:;\\@+=~<>^*()\[\]-]{1,200}|\d{1,3}(?:\.\d{1,3}){3}")
_SIGNS = "…()[]{}:;,.=+-*/<>"
_FIGURES = re.compile(r"(?<![\w.])\d{9,}(?![\w.])|(?<![\w.])-?\d+\.\d{3,}(?![\w.])")


def of_script(logger: str) -> bool:
    """Whether a line may be the scoring script's own: what no tool signs with its name."""
    return logger == _PRINTED or _TOOLS.match(logger) is None


def shown(text: str, logger: str, *, serving: bool) -> str:
    """A line as it is kept: whole, with its values dropped, or dropped altogether.

    >>> shown('Received {"income": 52000}', "azmlinfsrv.print", serving=True)
    '…'
    >>> shown("cannot open 'the index'", "root", serving=False)
    "cannot open '…'"
    """
    text = _ASKED.sub(rf"\1?{DROPPED}", text)
    if not text.strip() or text.strip() == DROPPED or _OF_TOOLS.search(text):
        return text.rstrip()
    text = without_values(text)
    if not of_script(logger):
        return text
    return text if not serving and _TROUBLE.search(text) else DROPPED


def shown_message(message: str, *, serving: bool, by_library: bool) -> str:
    """An exception's message as it is kept.

    >>> shown_message("could not convert string to float: 'Jane'", serving=True, by_library=True)
    "could not convert string to float: '…'"
    >>> shown_message("no such customer: Jane", serving=True, by_library=True)
    '…'
    """
    message = without_values(message)
    if not message or not serving:
        return message
    known = _SAFE.search(message) if by_library else _SAFE.match(message)
    return message if known else DROPPED


def without_values(text: str) -> str:
    """A sentence of a tool or a library without the rows it quotes; names stay."""
    for pattern, instead in _VALUES:
        text = pattern.sub(instead, text)
    text = _LISTED.sub(lambda m: m[0] if _NAMES_ONLY.fullmatch(m[0]) else f"[{DROPPED}]", text)
    text = _BRACED.sub(lambda m: m[0] if _NAMED_BRACES.fullmatch(m[0]) else f"{{{DROPPED}}}", text)
    text = _QUOTED.sub(_quote, text)
    return _FIGURES.sub(DROPPED, text).rstrip()


def _quote(match: re.Match[str]) -> str:
    inside = match["inside"]
    plain = _SAFE.search(inside) and not any(map(str.isdigit, inside))
    keeps = _NAME.fullmatch(inside) or not inside.strip(_SIGNS) or plain
    return match[0] if keeps else f"{match[1]}{DROPPED}{match[1]}"
