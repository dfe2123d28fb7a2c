"""What each rule says beyond the corpus: the rarer forms of its cause, and what it leaves alone.

Longer than most: two thirds are one table, since each case shows the log it is about.
"""

import pytest

from shared.domain.diagnosis import Cause, Place, diagnose

START = "Azure ML Inferencing HTTP server v1.4.0\n"
READY = "2026-03-13 09:00:01,000 I [38] azmlinfsrv - Worker with pid 38 ready for serving traffic\n"
SERVES = START + READY
FAILED = "2026-03-13 09:00:53,000 I [38] azmlinfsrv - POST /score 500 1.2ms 9\n"


def raised(error, *frames, function="init", code="load()"):
    """A traceback through the script, and through the files of packages below it."""
    lines = ["Traceback (most recent call last):"]
    lines += [f'  File "/var/azureml-app/score.py", line 12, in {function}', f"    {code}"]
    for frame in frames:
        lines += [f'  File "{frame}", line 3, in load', "    call()"]
    return "\n".join([*lines, error, ""])


def starting(error, *frames, **more):
    return START + raised(error, *frames, **more)


def serving(error, *frames, **more):
    head = "2026-03-13 09:00:52,507 E [38] azmlinfsrv - Encountered Exception: "
    return SERVES + head + raised(error, *frames, **{"function": "run", **more}) + FAILED


SITE = "/azureml-envs/e/lib/python3.10/site-packages"
PICKLE = f"{SITE}/joblib/numpy_pickle.py"


@pytest.mark.parametrize(
    ("says", "log", "cause", "named", "part"),
    [
        (
            "A file of the user hides a package.",
            starting(
                "ModuleNotFoundError: No module named 'mlflow.pyfunc'; 'mlflow' is not a package"
            ),
            "version_conflict",
            "mlflow.pyfunc",
            "Rename mlflow.py",
        ),
        (
            "A module that newer Pythons no longer have.",
            starting("ModuleNotFoundError: No module named 'imp'"),
            "version_conflict",
            "imp",
            "python=3.10",
        ),
        (
            "A package is there, without the module.",
            starting("ModuleNotFoundError: No module named 'sklearn.externals.joblib'"),
            "version_conflict",
            "sklearn.externals.joblib",
            "Pin `scikit-learn`",
        ),
        (
            "A module of one's own below one that is there.",
            starting("ModuleNotFoundError: No module named 'loans.features'"),
            "missing_module",
            "loans.features",
            "Upload `loans`",
        ),
        (
            "Several packages install below azure, and no line of code tells which is meant.",
            "ModuleNotFoundError: No module named 'azure'",
            "missing_module",
            "azure",
            "the log cannot tell",
        ),
        (
            "A model that was saved with another version of a package.",
            starting("ModuleNotFoundError: No module named 'sklearn.ensemble._gb_losses'", PICKLE),
            "version_conflict",
            "sklearn.ensemble._gb_losses",
            "saved with another version",
        ),
        (
            "A model whose package is not installed at all.",
            starting("ModuleNotFoundError: No module named 'lightgbm'", PICKLE),
            "missing_module",
            "lightgbm",
            "Loading the model needs lightgbm",
        ),
        (
            "A model that needs the training's own code.",
            starting("ModuleNotFoundError: No module named 'src.train'", PICKLE),
            "missing_module",
            "src.train",
            "at the same path as in training, and deploy",
        ),
        (
            "A wheel that cannot be built.",
            "ERROR: Failed building wheel for lightgbm\nERROR: Could not build wheels for "
            "lightgbm, which is required",
            "image_build",
            "lightgbm",
            "no wheel for this Python",
        ),
        (
            "conda's own solver.",
            "LibMambaUnsatisfiableError: Encountered problems while solving:\n  - nothing "
            "provides requested foo 9.9",
            "image_build",
            "foo",
            "exclude each other",
        ),
        (
            "A conflict that names nothing.",
            "UnsatisfiableError: The following specifications were found to be incompatible with "
            "each other:",
            "image_build",
            None,
            "exclude each other.",
        ),
        (
            "conda lists nothing.",
            "PackagesNotFoundError: The following packages are not available from current "
            "channels:\n\n",
            "image_build",
            None,
            "no such package",
        ),
        (
            "A pull without a reason.",
            "Kind: Pod, Name: ImagePullFailed, Type: Warning, Message: Image pull failed, "
            "retrying.",
            "image_pull",
            None,
            "why is not in these lines",
        ),
        (
            "A pull that the registry's limit stops.",
            "Kind: Pod, Name: ErrImagePull, Message: toomanyrequests: You have reached your pull "
            "rate limit",
            "image_pull",
            None,
            "how often it is asked",
        ),
        (
            "A pull without a way to the registry.",
            'failed to pull image "cr.azurecr.io/a/b:1": dial tcp: lookup cr.azurecr.io: no such '
            "host",
            "image_pull",
            "cr.azurecr.io/a/b:1",
            "cannot be reached",
        ),
        (
            "A firewall in front of the storage.",
            starting(
                "azure.core.exceptions.HttpResponseError: This request is not authorized to "
                "perform this operation. ErrorCode:AuthorizationFailure "
                "https://st.blob.core.windows.net/m"
            ),
            "no_access",
            "st.blob.core.windows.net",
            "its firewall does not let it in",
        ),
        (
            "A key that is no longer right.",
            starting(
                "azure.core.exceptions.ClientAuthenticationError: Server failed to authenticate "
                "the request. ErrorCode:AuthenticationFailed"
            ),
            "no_access",
            None,
            "refuses the key or signature",
        ),
        (
            "A model of a hub that wants a token.",
            starting(
                "OSError: You are trying to access a gated repo. See "
                "https://huggingface.co/meta-llama"
            ),
            "no_access",
            "huggingface.co",
            "HF_TOKEN",
        ),
        (
            "A service whose role is known by its host.",
            serving(
                "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: "
                "https://ai.openai.azure.com/x"
            ),
            "no_access",
            "Cognitive Services OpenAI User",
            "may not use ai.openai.azure.com",
        ),
        (
            "A service that nobody knows.",
            serving(
                "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: "
                "https://api.contoso.com/x"
            ),
            "no_access",
            "api.contoso.com",
            "refuses the deployment (401)",
        ),
        (
            "A vault that asks for a role.",
            starting(
                "azure.core.exceptions.HttpResponseError: (Forbidden) Caller is not authorized. "
                "InnerError: ForbiddenByRbac. Vault: kv-loan;location=x"
            ),
            "no_access",
            "Key Vault Secrets User",
            "kv-loan",
        ),
        (
            "A certificate of a proxy.",
            starting(
                "requests.exceptions.SSLError: HTTPSConnectionPool(host='pypi.org', port=443): "
                "Max retries exceeded with url: / (Caused by SSLError(CERTIFICATE_VERIFY_FAILED))"
            ),
            "network",
            "pypi.org",
            "certificate is not trusted",
        ),
        (
            "A connection that is refused.",
            serving(
                "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection "
                "refused."
            ),
            "network",
            None,
            "the connection is refused",
        ),
        (
            "A service's quota of tokens.",
            serving(
                "openai.RateLimitError: Error code: 429 - You exceeded your current quota, "
                "permission denied"
            ),
            "quota",
            None,
            "whose quota is used up",
        ),
        (
            "uvicorn finds the module and not the app.",
            'ERROR:    Error loading ASGI app. Attribute "app" not found in module "serve.main".',
            "entry_script",
            "serve.main",
            "has no app",
        ),
        (
            "gunicorn finds the module and not the app.",
            "Starting gunicorn 22.0.0\nFailed to find attribute 'app' in 'main'.\nReason: App "
            "failed to load.",
            "entry_script",
            "main",
            "has no app",
        ),
        (
            "Python finds no file to run.",
            "python: can't open file '/app/serve.py': [Errno 2] No such file or directory",
            "entry_script",
            "/app/serve.py",
            "no such file",
        ),
        (
            "The server cannot call run().",
            START
            + "azureml_inference_server_http.server.user_script.UserScriptError: run() needs to "
            "accept an argument for input data.",
            "entry_script",
            "run()",
            "one argument",
        ),
        (
            "A script that asks itself for the model's folder.",
            starting(
                "KeyError: 'AZUREML_MODEL_DIR'",
                "/x/lib/python3.10/os.py",
                code='os.environ["AZUREML_MODEL_DIR"]',
            ),
            "setting",
            "AZUREML_MODEL_DIR",
            "Read it in init()",
        ),
        (
            "A check of one's own for a variable.",
            starting("RuntimeError: FEATURE_URL is not set"),
            "setting",
            "FEATURE_URL",
            "environment_variables",
        ),
        (
            "MemoryError has no words.",
            serving("MemoryError"),
            "out_of_memory",
            None,
            "while scoring",
        ),
        (
            "A library of the GPU that the image lacks.",
            starting(
                "OSError: libcublas.so.11: cannot open shared object file: No such file or "
                "directory"
            ),
            "gpu_unsuited",
            None,
            "CUDA libraries",
        ),
        (
            "A library that nobody has a package for.",
            starting(
                "OSError: libfoo.so.3: cannot open shared object file: No such file or directory"
            ),
            "system_library",
            "libfoo.so.3",
            "the package that brings libfoo.so.3",
        ),
        (
            "A C library that is too old.",
            starting(
                "ImportError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found"
            ),
            "system_library",
            "GLIBC_2.34",
            "newer Ubuntu",
        ),
        (
            "A pin that a package states itself.",
            starting(
                "pkg_resources.VersionConflict: (protobuf 5.29.0 (/x/site-packages), "
                "Requirement.parse('protobuf<4'))"
            ),
            "version_conflict",
            "protobuf",
            "Set `protobuf<4`",
        ),
        (
            "numpy 2 took away a name.",
            starting(
                "AttributeError: `np.float_` was removed in the NumPy 2.0 release. Use "
                "`np.float64` instead."
            ),
            "version_conflict",
            "numpy",
            "numpy<2",
        ),
        (
            "Bytecode of another Python.",
            starting("TypeError: code() argument 13 must be str, not int", PICKLE),
            "version_conflict",
            "python",
            "another version of Python",
        ),
        (
            "A name that another version of a package has.",
            starting(
                "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' "
                "(/x/site-packages/werkzeug/urls.py)",
                f"{SITE}/flask/helpers.py",
            ),
            "version_conflict",
            "werkzeug.urls.url_quote",
            "The package flask imports url_quote",
        ),
        (
            "A name that one's own module does not have.",
            starting(
                "ImportError: cannot import name 'Encoder' from 'features' "
                "(/var/azureml-app/features.py)"
            ),
            "script_error",
            "features.Encoder",
            "Upload the version of features",
        ),
        (
            "A class that only the training script had, in a version that does not tell.",
            starting(
                "AttributeError: Can't get attribute 'Scaler' on <module 'sklearn.preprocessing' "
                "from 'x'>"
            ),
            "version_conflict",
            "scikit-learn",
            "`scikit-learn` to the version it was saved with",
        ),
        (
            "An attribute that is missing without any warning is the script's own error.",
            serving(
                "AttributeError: 'Frame' object has no attribute 'score'", f"{SITE}/sklearn/base.py"
            ),
            "script_error",
            "AttributeError",
            "raises AttributeError while scoring",
        ),
        (
            "An empty model.",
            starting("EOFError: Ran out of input", PICKLE),
            "model_unreadable",
            None,
            "is empty or cut off",
        ),
        (
            "An archive of PyTorch that is half there.",
            starting(
                "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding "
                "central directory"
            ),
            "model_unreadable",
            None,
            "no whole archive",
        ),
        (
            "A graph that wants other inputs.",
            serving(
                "onnxruntime.InvalidArgument: Got invalid dimensions for input: x for the "
                "following indices index: 1 Got: 9 Expected: 10"
            ),
            "bad_input",
            "9 for 10",
            "send 9 features",
        ),
        (
            "Columns that the pipeline lacks.",
            serving("ValueError: columns are missing: {'tenure', 'region'}"),
            "bad_input",
            "tenure, region",
            "lack columns",
        ),
        (
            "Names in lines of their own.",
            serving(
                "ValueError: The feature names should match those that were passed during "
                "fit.\nFeature names unseen at fit time:\n- agee\nFeature names seen at fit time, "
                "yet now missing:\n- age"
            ),
            "bad_input",
            "age",
            "lack columns",
        ),
        (
            "Extra columns in place of missing ones.",
            serving(
                "mlflow.exceptions.MlflowException: Model is missing inputs ['age']. Note that "
                "there were extra inputs: ['agee']."
            ),
            "bad_input",
            "age",
            "they have agee instead",
        ),
        (
            "A key that is a value is not told.",
            serving("KeyError: 'Mustermann'"),
            "bad_input",
            None,
            "reads a key that the body",
        ),
        (
            "A body in another form.",
            serving("TypeError: list indices must be integers or slices, not str"),
            "bad_input",
            None,
            "in another form",
        ),
        (
            "An answer that is no JSON.",
            serving("TypeError: Object of type ndarray is not JSON serializable"),
            "script_error",
            "ndarray",
            "`.tolist()`",
        ),
        (
            "A text longer than the model.",
            serving(
                "ValueError: The decoder prompt (length 9001) is longer than the maximum model "
                "length of 4096."
            ),
            "input_too_large",
            "4096 tokens",
            "longer than the 4096 tokens",
        ),
        (
            "A port below 1024.",
            "[2026-03-16 10:00:00 +0000] [1] [ERROR] Can't connect to ('0.0.0.0', 80)",
            "port",
            "80",
            "may not listen on port 80",
        ),
        (
            "A segmentation fault in the C library's words.",
            START
            + "/app/run.sh: line 3:    17 Segmentation fault      (core dumped) python serve.py",
            "crashed",
            None,
            "PYTHONFAULTHANDLER=1",
        ),
        (
            "A container that ended with the status of a kill.",
            "Kind: Pod, Name: Exited, Type: Warning, Message: container exited with code 137",
            "out_of_memory",
            None,
            "probably for want of memory",
        ),
        (
            "An exception that no rule knows, and that says nothing.",
            starting("AssertionError"),
            "script_error",
            "AssertionError",
            "raises AssertionError while the container starts.",
        ),
    ],
)
def test_a_rarer_form_is_known_as_well(says, log, cause, named, part):
    found = diagnose(log)

    assert (found.cause, found.named) == (cause, named), says
    assert part in f"{found.sentence} {found.fix}", says


@pytest.mark.parametrize(
    ("status", "cause", "part"),
    [
        (400, "bad_input", "schema asks for"),
        (404, "bad_input", "scoring_route"),
        (413, "input_too_large", "the body is too large"),
        (415, "bad_input", "Content-Type: application/json"),
    ],
)
def test_calls_that_the_server_refuses_are_told_by_their_status(status, cause, part):
    calls = f"2026-03-13 09:00:53,000 I [38] azmlinfsrv - POST /score {status} 1.2ms 9\n" * 3
    found = diagnose(SERVES + calls)

    assert (found.cause, found.named) == (cause, f"status {status}")
    assert found.sentence.startswith(f"The server refused 3 of 3 calls with status {status}")
    assert part in f"{found.sentence} {found.fix}"


def test_the_most_frequent_failure_of_calls_is_told_with_its_share():
    one = raised("KeyError: 'data'", function="run", code='body["data"]')
    other = raised("json.decoder.JSONDecodeError: Expecting value: line 1", function="run")
    head = "2026-03-13 09:00:52,507 E [38] azmlinfsrv - Encountered Exception: "
    log = SERVES + "".join(head + text + FAILED for text in (one, other, one, other, other))

    assert diagnose(log).sentence.startswith("The body of a call is no JSON")
    assert diagnose(log).sentence.endswith("3 of the 5 calls in this log failed so.")


def test_of_two_failures_as_frequent_the_last_is_told():
    head = "2026-03-13 09:00:52,507 E [38] azmlinfsrv - Encountered Exception: "
    first, last = raised("MemoryError", function="run"), raised("ZeroDivisionError", function="run")

    assert diagnose(SERVES + head + first + FAILED + head + last + FAILED).named is None
    assert diagnose(SERVES + head + last + FAILED + head + first + FAILED).cause == "out_of_memory"


def test_a_worker_that_cannot_start_again_is_told_before_failed_calls():
    failed = serving("ZeroDivisionError: division by zero")
    again = failed + "Invoking user's init function\n" + raised("MemoryError")

    assert diagnose(failed).named == "ZeroDivisionError"
    assert diagnose(again).cause is Cause.OUT_OF_MEMORY


def test_a_kill_while_it_shuts_down_is_no_want_of_memory():
    kill = "2026-03-13 09:01:53,000 E [21] gunicorn.error - Worker (pid:38) was sent SIGKILL!\n"
    term = "2026-03-13 09:01:23,000 I [21] gunicorn.error - Handling signal: term\n"

    assert diagnose(SERVES + kill).cause is Cause.OUT_OF_MEMORY
    assert diagnose(SERVES + term + kill).cause is Cause.UNKNOWN


def test_a_kill_after_a_time_out_of_another_worker_is_a_kill():
    lines = (
        "2026-03-13 09:01:23,000 C [21] gunicorn.error - WORKER TIMEOUT (pid:40)\n"
        "2026-03-13 09:01:24,000 I [38] gunicorn.error - Booting worker with pid: 38\n"
        "2026-03-13 09:01:53,000 E [21] gunicorn.error - Worker (pid:38) was sent SIGKILL!\n"
    )
    found = diagnose(SERVES + lines * 3)

    assert found.cause in {Cause.CALL_TIMEOUT, Cause.OUT_OF_MEMORY}
    assert diagnose(SERVES + lines.partition("\n")[2] * 2).cause is Cause.OUT_OF_MEMORY


def test_the_files_of_the_models_folder_are_named_and_the_likely_one_is_advised():
    listing = "".join(
        f"2026-03-13 09:00:01,000 I [38] azmlinfsrv - {line}\n"
        for line in ("Model Directory Contents:", "7/", "    a.onnx", "    b/", "        c.pkl")
    )
    log = starting("FileNotFoundError: [Errno 2] No such file or directory: '/models/7/x.pkl'")
    found = diagnose(log + listing + "2026-03-13 09:00:01,000 I [38] gunicorn.error - bye\n")

    assert found.sentence.endswith("The model's folder holds: a.onnx, b/c.pkl.")
    assert "such as `b/c.pkl`" in found.fix


def test_a_listing_that_the_log_ends_in_is_read_to_its_end():
    listing = "2026-03-13 09:00:01,000 I [38] azmlinfsrv - Model Directory Contents:\n"
    listing += "2026-03-13 09:00:01,000 I [38] azmlinfsrv - 7/"
    log = starting("FileNotFoundError: [Errno 2] No such file or directory: '/models/7/x.pkl'")

    assert diagnose(log + listing).sentence.endswith("and nothing is there.")


def test_a_worker_that_was_aborted_was_not_killed_for_its_memory():
    kill = "Worker (pid:38) was sent SIGKILL! Perhaps out of memory?\n"

    assert diagnose(START + kill).cause is Cause.OUT_OF_MEMORY
    assert diagnose(f"{START}Fatal Python error: Aborted\n\n{kill}").cause is Cause.UNKNOWN


def test_a_path_is_the_models_if_the_server_said_that_its_folder_is_there():
    head = START + "Model Directory: /srv/content/9\n"
    missing = raised(
        "FileNotFoundError: [Errno 2] No such file or directory: '/srv/content/9/a.csv'"
    )

    assert diagnose(head + missing).cause is Cause.MODEL_NOT_FOUND
    assert diagnose(START + missing).cause is Cause.FILE_NOT_FOUND


def test_of_several_causes_in_one_start_the_first_exception_is_the_root():
    log = START + raised("ModuleNotFoundError: No module named 'shap'")
    log += "2026-03-13 09:00:01,000 E [38] root - [Errno 28] No space left on device\n"

    assert diagnose(log).named == "shap"


def test_a_start_without_a_word_of_trouble_is_explained_by_the_one_before():
    log = starting("ModuleNotFoundError: No module named 'shap'") + START + "Initializing logger\n"

    assert diagnose(log).named == "shap"


def test_a_consequence_is_told_only_when_no_cause_is_known():
    probe = "Kind: Pod, Name: LivenessProbeFailed, Message: Liveness probe failed\n"

    assert diagnose(probe + START).cause is Cause.PROBE_FAILED
    assert diagnose(probe + starting("AssertionError")).cause is Cause.SCRIPT_ERROR


def test_a_place_is_told_as_people_say_it():
    assert Place(file="/app/score.py", line=3).told() == "/app/score.py line 3"


def test_a_worker_that_is_ready_saves_no_server_whose_other_worker_failed_to_boot():
    stopped = "2026-03-13 09:00:03,000 E [21] gunicorn.error - Reason: Worker failed to boot.\n"
    log = starting("ModuleNotFoundError: No module named 'shap'") + READY

    assert diagnose(log).cause is Cause.UNKNOWN
    assert diagnose(log + stopped).named == "shap"


def test_a_package_that_is_no_valid_python_is_no_fault_of_the_entry_script():
    found = diagnose(starting("SyntaxError: invalid syntax", f"{SITE}/old/core.py"))

    assert (found.cause, found.named) == ("script_error", "SyntaxError")


def test_a_probe_that_asks_the_port_the_server_listens_on_says_nothing_of_the_port():
    refused = "Liveness probe failed: dial tcp 10.0.0.1:5001: connect: connection refused\n"
    listens = "INFO:     Uvicorn running on http://0.0.0.0:{} (Press CTRL+C to quit)\n"

    assert diagnose(refused + listens.format(5001)).cause is Cause.PROBE_FAILED
    assert diagnose(refused + listens.format(8000)).named == "8000"


def test_a_time_out_names_no_line_where_only_packages_are_on_the_stack():
    stack = f'Traceback (most recent call last):\n  File "{SITE}/ssl.py", line 3, in read\n'
    stack += "SystemExit: 1\n"
    found = diagnose(SERVES + "WORKER TIMEOUT (pid:38)\n" * 2 + stack)

    assert (found.cause, found.where) == (Cause.CALL_TIMEOUT, None)


def test_an_empty_log_says_that_the_container_never_started():
    found = diagnose("")

    assert found.cause is Cause.UNKNOWN
    assert found.sentence == "The log is empty: the container probably never started."


def test_many_different_lines_are_judged_at_their_begin_and_their_end():
    noise = "".join(f"cannot open valve {number}\n" for number in range(900))

    assert diagnose(f"OutOfQuota: none left\n{noise}").cause is Cause.QUOTA
    assert diagnose(f"{noise}OutOfQuota: none left\n").cause is Cause.QUOTA
