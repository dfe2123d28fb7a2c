"""What is kept of a log holds no secret, no row of a call and nothing but plain text."""

import json
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.diagnosis import Cause, diagnose, kept
from shared.domain.diagnosis.reading import LONGEST, MOST

_MIXED = string.ascii_letters + string.digits


def _mixed(size):
    """A key of capitals, small letters and digits, as they are handed out."""
    return st.text(_MIXED, min_size=size - 3, max_size=size - 3).map(lambda rest: f"q7Z{rest}")


def _word(size):
    return st.text(_MIXED + "!%.+", min_size=size, max_size=size).map(lambda rest: f"w{rest}w")


SECRETS = {
    "a storage account's key": (_mixed(86), "AccountName=st1;AccountKey={}==;EndpointSuffix=x"),
    "a bare base64 key": (_mixed(86), "using {}== for the store"),
    "a short base64 key": (_mixed(43), "key {}= read"),
    "a signature of a shared link": (
        _word(20),
        "https://st.blob.core.windows.net/m?sv=1&sig={}&se=2",
    ),
    "a link's whole query": (_word(20), "GET https://vault.example.com/secrets?code={}"),
    "a bearer token": (_mixed(40), "Authorization: Bearer {}"),
    "a bearer token in a dictionary": (_mixed(40), "{{'authorization': 'Bearer {}', 'a': 1}}"),
    "a web token": (_mixed(60), "got eyJhbGciOiJIUzI1NiJ9.{}.sig"),
    "a password in an address": (_word(12), "postgresql://app:{}@db.example.com/loans failed"),
    "a user name in an address": (_word(12), "https://{}@example.com/pkg.git"),
    "a password": (_word(12), "db_password={} host=db"),
    "a password in JSON": (_word(12), '"password": "{}", "user": "x"'),
    "a password with spaces": (_word(12), "password: 'two words {}' and more"),
    "an ODBC string": (_word(12), "Driver=x;Server=tcp:sql,1433;Uid=app;Pwd={};Encrypt=yes"),
    "a client secret": (_word(24), "AZURE_CLIENT_SECRET={}"),
    "an Entra secret without a label": (_mixed(30), "loaded abc8Q~{}"),
    "a service bus key": (_word(24), "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey={}"),
    "an instrumentation key": (_word(24), "InstrumentationKey={};IngestionEndpoint=https://x"),
    "a token of a hub": (_mixed(34), "hf_{} is not valid"),
    "a token of a forge": (_mixed(36), "cloning with ghp_{}"),
    "a key of an API": (_mixed(40), "sk-{} has no quota"),
    "a subscription key": (_mixed(32), "Ocp-Apim-Subscription-Key: {}"),
    "an endpoint's key without a label": (_mixed(52), "calling with {}"),
    "a person's address": (st.just("erika.mustermann"), "mail to {}@example.com"),
    "a private key": (
        _mixed(64),
        "-----BEGIN RSA PRIVATE KEY-----\n{}\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    ),
    "a private key cut off at its end": (_mixed(64), "-----BEGIN PRIVATE KEY-----\n{}\nMIIEpAIB"),
    "a private key cut off at its top": (
        _mixed(64),
        "{}\nMIIEpAIBAAKCAQEAvVc2\n-----END PRIVATE KEY-----",
    ),
    "a private key in one line": (
        _mixed(64),
        "key = '-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----'",
    ),
}
CARRIERS = (
    "{}",
    "INFO:root:{}",
    "ERROR:score:cannot connect with {}",
    "2026-03-13 09:00:37,425 I [38] azmlinfsrv.print - {}",
    "2026-03-13 09:00:37,425 E [38] azmlinfsrv - could not use {}",
    "2026-03-13T09:00:37.4251234Z \x1b[31m{}\x1b[0m",
    "Traceback (most recent call last):\n"
    '  File "/var/azureml-app/score.py", line 3, in init\n'
    "    connect({})\n"
    "RuntimeError: cannot use {}",
    "azure.core.exceptions.ClientAuthenticationError: no such file or directory: {}",
    "Kind: Pod, Name: Failed, Message: {}",
    "KeyError: '{}'",
)
STARTS = (
    "",
    "Azure ML Inferencing HTTP server v1.4.0\n",
    "2026-03-13 09:00:01,000 I [38] azmlinfsrv - Worker with pid 38 ready for serving traffic\n",
)


@pytest.mark.parametrize("what", SECRETS)
@given(data=st.data())
def test_no_secret_survives_wherever_it_stands(what, data):
    secrets, form = SECRETS[what]
    secret = data.draw(secrets)
    planted = form.format(secret)
    carrier = data.draw(st.sampled_from(CARRIERS))
    log = data.draw(st.sampled_from(STARTS)) + carrier.replace("{}", planted) + "\nand so on\n"

    _assert_gone(secret, log)


@pytest.mark.parametrize("what", SECRETS)
@given(data=st.data())
def test_no_secret_survives_in_a_record_of_json(what, data):
    secrets, form = SECRETS[what]
    secret = data.draw(secrets)
    record = {
        "level": "ERROR",
        "message": f"cannot start: {form.format(secret)}",
        "exc_info": f"Traceback (most recent call last):\nValueError: {form.format(secret)}",
        "stream": "stderr",
    }

    _assert_gone(secret, json.dumps(record) + "\n")


@settings(max_examples=30)
@given(
    secret=_mixed(60),
    before=st.integers(3900, 4200),
    filler=st.sampled_from(["x", "x ", "'x',", "x;"]),
)
def test_no_part_of_a_secret_is_left_where_a_long_line_is_cut(secret, before, filler):
    line = f"AccountKey={secret}==;".rjust(before, "-").replace("-", filler[0])
    log = f"{filler * (before // len(filler))} AccountKey={secret}== {line}"

    _assert_gone(secret[:12], f"{log}\nmail {'e' * 20}@example.com\n")


def test_no_part_of_a_secret_is_left_where_a_log_is_cut_at_its_top():
    key = "q7Z" + "aB3" * 27 + "==\n"
    for size in range(0, len(key) + 20, 17):
        rest = MOST - size
        log = f"AccountKey={key}" + ("l" * 999 + "\n") * (rest // 1000) + "l" * (rest % 1000)
        assert "aB3aB3" not in kept(log), size


def _assert_gone(secret, log):
    found = diagnose(log)
    told = [found.sentence, found.fix, found.named or "", *found.quoted]
    told.append(found.where.told() if found.where else "")

    assert secret not in kept(log)
    assert secret not in "\n".join(told)


SERVING = STARTS[2]
FRAMES = (
    "2026-03-13 09:00:52,507 E [38] azmlinfsrv - Encountered Exception: Traceback (most recent "
    'call last):\n  File "/x/site-packages/azureml_inference_server_http/server/user_script.py", '
    'line 132, in invoke_run\n    run_output = self._wrapped_user_run()\n  File "/app/score.py", '
    "line 28, in run\n    return model.predict(rows)"
)


@pytest.mark.parametrize(
    ("says", "lines"),
    [
        ("A row that is printed.", ['INFO:root:got {"name": "Mustermann", "income": 52417.5}']),
        ("A list.", ["2026-03-13 09:00:37,425 I [38] azmlinfsrv.print - [52417.5, 3]"]),
        ("Free words.", ["ERROR:score:customer Mustermann could not be scored"]),
        ("Words of a logger of its own.", ["INFO:loans.scoring:Mustermann was scored"]),
        ("The same as a record.", ['{"logger": "loans", "message": "Mustermann: 52417.5"}']),
        ("A line of known words.", ["ERROR:score:Mustermann: permission denied, timed out"]),
        ("An exception that is only named.", ["ERROR:score:ValueError: Mustermann: timed out"]),
        (
            "An exception that the script raises, in known words.",
            [
                FRAMES.replace("return model.predict(rows)", "raise ValueError(text)"),
                "ValueError: Mustermann not found: permission denied",
                "Reshape your data of Mustermann",
            ],
        ),
        (
            "What stands before a traceback.",
            ["ERROR:score:Mustermann failed: Traceback (most recent call last):", "MemoryError"],
        ),
        (
            "A line that looks like a call's.",
            ["INFO:score:POST /score 200 for Mustermann with 52417.5"],
        ),
        ("An exception's own words.", [FRAMES, "ValueError: no customer Mustermann"]),
        (
            "A value that is no number.",
            [FRAMES, "ValueError: could not convert string to float: 'Mustermann'"],
        ),
        (
            "A value that is no whole number.",
            [FRAMES, "ValueError: invalid literal for int() with base 10: '52417.5'"],
        ),
        (
            "A category that is unknown.",
            [FRAMES, "ValueError: Found unknown categories ['Mustermann'] in column 0 during fit"],
        ),
        (
            "An array of one dimension.",
            [
                FRAMES,
                "ValueError: Expected 2D array, got 1D array instead:",
                "array=[52417.5 1.].",
                "Reshape your data",
            ],
        ),
        (
            "A frame that breaks the schema.",
            [
                FRAMES,
                "mlflow.exceptions.MlflowException: Failed to enforce schema of data '     name  a",
                "0  Mustermann  52417.5' with schema '['a': long (required)]'. "
                "Error: Model is missing inputs ['b'].",
            ],
        ),
        ("A key that is a value.", [FRAMES, "KeyError: 'Mustermann'"]),
        (
            "What pydantic was given.",
            [
                FRAMES,
                "pydantic_core.ValidationError: 1 validation error for Row",
                "income",
                "  Input should be a valid number [type=float, input_value='Mustermann']",
            ],
        ),
        ("A query.", ['"GET /score?name=Mustermann&income=52417.5 HTTP/1.1" 500 12']),
        (
            "A query in the server's own form.",
            ["2026-03-13 09:00:37,425 I [38] azmlinfsrv - POST /score?name=Mustermann 500 3.1ms 9"],
        ),
        (
            "Values that a debugger draws.",
            [FRAMES, "    │    └ {'name': 'Mustermann'}", "ValueError: no"],
        ),
    ],
)
def test_no_value_of_a_row_is_kept_while_it_serves(says, lines):
    answered = "2026-03-13 09:00:53,000 I [38] azmlinfsrv - POST /score 500 1.2ms 9\n"
    log = SERVING + "\n".join([*lines, answered])
    found = diagnose(log)

    for text in (kept(log), found.sentence, found.fix, str(found.named), *found.quoted):
        assert "Mustermann" not in text, says
        assert "52417" not in text, says


def test_names_stay_where_values_go():
    """A column, a key of the code and a file are needed for the advice, and are no row's value."""
    code = FRAMES.replace("model.predict(rows)", 'rows["income"]')

    assert "KeyError: 'income'" in kept(f"{SERVING}{code}\nKeyError: 'income'")
    assert "['income'] not in index" in kept(
        f"{SERVING}{FRAMES}\nKeyError: \"['income'] not in index\""
    )
    assert "'/app/model.pkl'" in kept(
        f"{SERVING}{FRAMES}\nOSError: [Errno 2] No such file or directory: '/app/model.pkl'"
    )


def test_before_a_row_can_have_come_the_scripts_words_of_trouble_are_kept():
    log = (
        "Azure ML Inferencing HTTP server v1.4.0\nINFO:root:hello\nERROR:root:cannot find the index"
    )

    assert kept(log).splitlines()[1:] == ["…", "ERROR:root:cannot find the index"]


def test_what_is_dropped_in_a_row_leaves_one_mark():
    assert kept(SERVING + "one\ntwo\n\nthree\nfour\n").splitlines()[1:] == ["…", "", "…"]


@pytest.mark.parametrize(
    "log",
    [
        "a" * MOST * 2,
        "AccountKey=" * (MOST // 11),
        "eyJ" * (MOST // 3),
        "A0a" * (MOST // 3),
        "a@a." * (MOST // 4),
        "https://a@" * (MOST // 10),
        "password='" * (MOST // 10),
        "-----BEGIN PRIVATE KEY-----" * (MOST // 27),
        "[" * MOST,
        "{'a': " * (MOST // 6),
        '{"message": ' * (MOST // 12) + "}",
        '{"message": "' + "x" * MOST + '"}',
        "'" * MOST,
        "\x1b[" * (MOST // 2),
        "\x1b]" * (MOST // 2),
        "2026-01-01 00:00:00 " * (MOST // 20),
        "INFO:a:" * (MOST // 7),
        '  File "a", line 1, in a\n' * (MOST // 25),
        "Traceback (most recent call last):\n" * (MOST // 35),
        "ValueError: a\n" * (MOST // 14),
        "The above exception was the direct cause of the following exception:\n" * (MOST // 69),
        "Azure ML Inferencing HTTP server v1\nInvoking user's init function\n" * (MOST // 66),
        "WORKER TIMEOUT (pid:1)\n" * (MOST // 23),
        "No module named '" * (MOST // 17),
        "a.b." * (MOST // 4),
        "-" * MOST,
        " " * MOST + "x",
        "x \n" * (MOST // 3),
        "POST /" * (MOST // 6),
        "/" * MOST,
        "…" * MOST,
    ],
    ids=lambda log: repr(log[:24]),
)
def test_a_hostile_log_takes_less_than_a_second(log):
    begun = time.process_time()
    diagnose(log)

    assert time.process_time() - begun < 1.0


def test_a_log_of_many_different_troubles_takes_less_than_a_second():
    lines = [
        "No module named 'x{}'",
        "[Errno 2] No such file or directory: '/m/{}.pkl'",
        "WORKER TIMEOUT (pid:{})",
        "Worker (pid:{}) was sent SIGKILL! Perhaps out of memory?",
        "ErrImagePull {}",
        "Liveness probe failed: {}",
        'Traceback (most recent call last):\n  File "/app/a.py", line {}, in init\nValueError: {}',
    ]
    log = "\n".join(line.replace("{}", str(n)) for n in range(1000) for line in lines)
    begun = time.process_time()
    diagnose(log)

    assert time.process_time() - begun < 1.0


@given(st.text())
def test_any_text_is_kept_as_bounded_plain_text_and_never_fails(text):
    safe = kept(text)
    found = diagnose(text)

    assert len(safe) <= MOST
    assert all(len(line) <= LONGEST + 1 for line in safe.split("\n"))
    for shown in (safe, found.sentence, found.fix, *found.quoted):
        assert not [c for c in shown if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) <= 0x9F]


PIECES = st.sampled_from(
    [
        *CARRIERS,
        *STARTS,
        "  ",
        "…",
        '{"message": "x\\nValueError: 3", "level": "ERROR"}',
        '  File "/a/score.py", line 3, in run',
        "During handling of the above exception, another exception occurred:",
        "POST /score 200 1.0ms 3",
        "password='a b",
        "[Errno 2] '/x y' 'a'",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=12))
def test_what_is_kept_is_kept_unchanged_and_diagnosed_the_same(parts):
    once = kept("\n".join(parts))

    assert kept(once) == once
    assert diagnose(once) == diagnose("\n".join(parts))


def test_control_characters_and_marks_of_direction_cannot_dress_a_line_up():
    log = "ModuleNotFoundError: No module named 'a\u202eb\x07\x1b[31mc'\x1b]8;;https://x\x07"
    found = diagnose(log)

    assert found.cause is Cause.MISSING_MODULE
    assert found.quoted == ("ModuleNotFoundError: No module named 'abc'",)
