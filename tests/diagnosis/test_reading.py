"""How a log is taken apart: prefixes, records, tracebacks and starts."""

import json

import pytest

from shared.domain.diagnosis import kept
from shared.domain.diagnosis.lines import line_of, lines_of
from shared.domain.diagnosis.packages import package_of
from shared.domain.diagnosis.tracebacks import Link, chains_of


@pytest.mark.parametrize(
    ("raw", "text", "level", "worker"),
    [
        ("2026-11-26 04:33:36,672 E [11913] azmlinfsrv - words", "words", "E", "11913"),
        ("2022-11-29 16:54:29,312 | I [21] azmlinfsrv.app - words", "words", "I", "21"),
        ("2021-05-05 08:12:33,456 | root | INFO | words", "words", "I", ""),
        ("[2025-12-28 18:32:12 +0000] [10] [ERROR] words", "words", "E", "10"),
        ("2026-02-02T10:11:12,123 [INFO ] W-9000-m_1.0-stdout MODEL_LOG -   "
         "words", "  words", "I", ""),
        ("E0310 09:12:01.123456 1 model.cc:621] words", "words", "E", "1"),
        ("2026-01-01 10:00:00.123 | ERROR    | app:run:12 - words", "words", "E", ""),
        ("2026-01-01 10:00:00,123 - app - WARNING - words", "words", "W", ""),
        ("2026/03/20 10:00:08 WARNING mlflow.utils: words", "words", "W", ""),
        ("INFO 03-09 14:00:00 [api_server.py:712] words", "words", "I", ""),
        ("[2026-01-01 10:00:00,123] ERROR in app: words", "words", "E", ""),
        ("ERROR:root:words", "words", "E", ""),
        ("ERROR:    words", "words", "E", ""),
        ("scoring-1  | ERROR:    words", "words", "E", "scoring-1"),
        ("[inference-server-7c9f-x2] words", "words", "", "inference-server-7c9f-x2"),
        ("2026-03-17T09:00:00.123456789Z stderr F words", "words", "", ""),
        ("2026-03-10T09:12:01,334470000+00:00 - gunicorn/run words", "words", "", ""),
        ("words: 12:00", "words: 12:00", "", ""),
        ("ERROR:a:ERROR:b:ERROR:c:ERROR:d:ERROR:e:words", "ERROR:e:words", "E", ""),
    ],
)  # fmt: skip
def test_what_stands_before_a_lines_words_is_put_aside(raw, text, level, worker):
    line = line_of(raw)

    assert (line.text, line.level, line.worker) == (text, level, worker)
    assert line.prefix + line.text == raw


def test_lines_without_a_mark_go_on_the_workers_above():
    lines = lines_of("2026-11-26 04:33:36,672 E [7] a - one\n  two\n2026-11-26 04:33:36,672 three")

    assert [line.worker for line in lines] == ["7", "7", ""]


def test_a_record_of_json_becomes_the_lines_it_holds():
    record = {
        "severity": "ERROR",
        "name": "serving",
        "msg": "startup failed",
        "stack": ["Traceback (most recent call last):", '  File "/a.py", line 1, in init'],
        "url": "https://x/y",
    }

    assert kept("2026-03-17T09:00:00Z " + json.dumps(record)).splitlines() == [
        "2026-03-17T09:00:00Z ERROR:serving:startup failed",
        "…",
        "Traceback (most recent call last):",
        '  File "/a.py", line 1, in init',
    ]


def test_a_record_in_a_record_is_the_inner_ones_words():
    inner = json.dumps({"requestId": "0", "message": "MemoryError", "apiName": ""})

    assert kept(json.dumps({"message": inner, "level": "ERROR"})) == "ERROR:root:MemoryError"


@pytest.mark.parametrize(
    "line", ['{"a": 1}', '{"message": 1}', '{"message": "x"', "{'message': 1}"]
)
def test_what_is_no_record_stays_a_line(line):
    assert kept(f"E0310 09:12:01.1 1 a.cc:1] {line}").count("\n") == 0


def test_a_record_deep_in_others_is_left_as_it_is():
    text = "MemoryError"
    for _ in range(5):
        text = json.dumps({"message": text, "level": "ERROR"})

    assert "MemoryError" not in kept(text).split(":")[-1].split()


def test_a_record_of_docker_has_no_more_than_its_words():
    record = json.dumps({"log": "MemoryError\n", "stream": "stderr", "time": "2026"})

    assert kept(record) == "MemoryError"


def test_a_traceback_with_its_breaks_spelled_out_becomes_lines():
    told = (
        "ERROR:root:Traceback (most recent call last):\\n"
        '  File \\"/a.py\\", line 1, in b\\nMemoryError'
    )

    assert kept(told).splitlines()[1:] == ['  File "/a.py", line 1, in b', "MemoryError"]


def test_only_the_last_state_of_a_progress_bar_is_read():
    assert kept("10 %\r50 %\rMemoryError") == "MemoryError"


TWO = """Traceback (most recent call last):
  File "/app/a.py", line 1, in load
    open(x)
FileNotFoundError: [Errno 2] first
{between}
Traceback (most recent call last):
  File "/app/b.py", line 2, in run
RuntimeError: second
"""


def chains(log):
    return chains_of(lines_of(log))


def test_a_direct_cause_is_blamed_first():
    log = TWO.format(
        between="\nThe above exception was the direct cause of the following exception:\n"
    )
    [chain] = chains(log)

    assert [raised.error for raised in chain.from_the_root()] == [
        "FileNotFoundError",
        "RuntimeError",
    ]
    assert chain.links[1].link is Link.CAUSED


def test_what_broke_while_another_was_handled_is_blamed_first():
    log = TWO.format(
        between="\nDuring handling of the above exception, another exception occurred:\n"
    )
    [chain] = chains(log)

    assert [raised.error for raised in chain.from_the_root()] == [
        "RuntimeError",
        "FileNotFoundError",
    ]


def test_two_tracebacks_without_a_link_are_two_chains():
    assert [len(chain.links) for chain in chains(TWO.format(between=""))] == [1, 1]


def test_a_traceback_cut_off_at_the_top_is_read_from_its_first_frame():
    [chain] = chains('  File "/app/a.py", line 7, in load\n    open(x)\nOSError: gone')

    [frame] = chain.links[0].frames
    assert (frame.line, frame.code, frame.own) == (7, "open(x)", True)


def test_a_traceback_without_indentation_is_read_as_well():
    [chain] = chains(
        "Traceback (most recent call last):\n"
        'File "/app/a.py", line 7, in load\nmodel.load(path)\nOSError: gone'
    )

    assert chain.links[0].frames[0].code == "model.load(path)"
    assert chain.links[0].error == "OSError"


def test_tracebacks_of_two_workers_line_by_line_are_two_chains():
    lines = TWO.partition("{between}")[0].splitlines()
    log = "\n".join(
        f"2026-03-17 12:00:04,000 E [{worker}] root - {line}" for line in lines for worker in (1, 2)
    )

    assert [chain.worker for chain in chains(log)] == ["1", "2"]
    assert all(chain.links[0].frames[0].line == 1 for chain in chains(log))


def test_a_traceback_that_breaks_off_is_none():
    assert (
        chains('Traceback (most recent call last):\n  File "/a.py", line 1, in b\n    c()\n---')
        == ()
    )


def test_a_blank_line_inside_a_traceback_ends_nothing():
    [chain] = chains('  File "/a.py", line 1, in b\n\n    c()\n\nOSError: gone')

    assert (chain.links[0].frames[0].code, chain.links[0].error) == ("c()", "OSError")


def test_a_message_goes_on_until_a_blank_line_and_is_bounded():
    [chain] = chains("ValueError: one\ntwo\n\nthree")
    [long] = chains("ValueError: one\n" + "word\n" * 900)

    assert chain.links[0].message == "one two"
    assert len(long.links[0].message) < 1010


def test_a_note_that_names_an_exception_is_no_exception():
    assert chains("INFO:app:ValueError: is what we raise") == ()


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("sklearn.linear_model", "scikit-learn"),
        ("yaml", "pyyaml"),
        ("PIL.Image", "pillow"),
        ("azure.ai.ml", "azure-ai-ml"),
        ("azure.storage.blob.aio", "azure-storage-blob"),
        ("azureml.core.model", "azureml-core"),
        ("google.cloud.bigquery", "google-cloud-bigquery"),
        ("sentence_transformers", "sentence-transformers"),
        ("category_encoders", "category-encoders"),
        ("azure", None),
        ("utils", None),
        ("loan_features", None),
    ],
)
def test_the_package_of_a_module_is_the_one_to_install(module, package):
    assert package_of(module) == package
