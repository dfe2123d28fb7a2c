"""What is sent along with a job is enough: it runs where nothing else of Driftgate is."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from shared.adapters.embedded import spark_process
from shared.adapters.embedded.collected_files import listed_file
from shared.adapters.embedded.profiling_jobs import FileProfilingJobs
from shared.adapters.spark_bundle import ARCHIVE, ENTRY
from shared.domain.collected import ROW_TIME, Collection
from shared.domain.policy import Engine
from shared.domain.profiling import ProfilingOrder
from shared.errors import Refused
from shared.profiles import baseline
from shared.profiles.pieces import pieces_of
from shared.statistics import Profile
from tests.profiles.every_engine import assert_same
from tests.profiles.test_spark_job import HOUR, START, collected

NAME = "profile-loan-0123-1"
AT_ONCE = """
spark.ui.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.shuffle.partitions 1
spark.default.parallelism 1
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
"""Of few rows more time goes into making programs of the questions than into answering them."""
BASE = baseline(
    pa.table(
        {
            "x": np.arange(90) / 2.0,
            "town": ["Oslo", "Rome", "Wien"] * 30,
            "ok": [True, False, False] * 30,
            "score": np.arange(90) / 90.0,
        }
    )
)


@pytest.fixture
def order(tmp_path):
    """The rows a collector kept, and answers in Parquet, in folders with a blank in their name."""
    asked = collected(tmp_path / "some rows/i/one.jsonl", START)
    answers = tmp_path / "some rows/o.parquet"
    at = pa.array([START + minute * timedelta(minutes=1) for minute in range(90)])
    times = at.cast(pa.timestamp("us", "UTC"))
    parquet.write_table(pa.table({ROW_TIME: times, "score": np.arange(90) / 45.0}), answers)
    period = (START, START + HOUR)
    return ProfilingOrder(
        model="loan",
        version="7",
        baseline_hash=BASE.baseline_hash,
        engine=Engine.SPARK,
        cuts=(START, START + HOUR / 2, START + HOUR),
        inputs=(listed_file(asked, period=period, time_column=ROW_TIME),),
        outputs=(listed_file(answers, collection=Collection.OUTPUTS, time_column=ROW_TIME),),
    )


def state_of(workspace):
    return yaml.safe_load((workspace / f"jobs/{NAME}.yaml").read_text())


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark runs on Java: install a Java 17.")
def test_a_job_on_this_machine_runs_in_a_process_with_the_bundle_alone(
    order, tmp_path, monkeypatch
):
    """Nothing waits for it in Driftgate; here the test does, so that it sees the end."""
    (tmp_path / "spark-defaults.conf").write_text(AT_ONCE)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    ended = []

    def at_once(folder, state, roots):
        ended.append(spark_process.run(folder, state, roots))

    workspace = tmp_path / "work space"
    jobs = FileProfilingJobs(workspace, at_once)

    jobs.start(order, BASE.to_json(), NAME)

    log = (workspace / "jobs" / NAME / "job.log").read_text()
    assert ended == [0], log[-3000:]
    assert state_of(workspace)["state"] == "Completed"
    made = jobs.made(order, NAME)
    for name, files in (("inputs", order.inputs), ("outputs", order.outputs)):
        here = pieces_of([file.place for file in files], BASE, order.cuts, ROW_TIME)
        for one, other in zip(made[name], here, strict=True):
            assert other.rows
            assert_same(Profile.from_json(one), other)


def test_a_job_that_ends_badly_has_failed_and_its_log_says_why(tmp_path):
    folder, state = tmp_path / "job", tmp_path / "job.yaml"
    folder.mkdir()
    (folder / ENTRY).write_text("import sys; sys.exit('there are no rows')")
    state.write_text("state: NotStarted\nprofiling: abc\n")

    assert spark_process.run(folder, state, []) == 1

    told = yaml.safe_load(state.read_text())
    assert (told["state"], told["profiling"]) == ("Failed", "abc")
    assert "there are no rows" in (folder / "job.log").read_text()


def test_all_that_the_entry_imports_of_ours_lies_in_the_archive(order, tmp_path):
    """Narwhals as well, which clusters do not have."""
    FileProfilingJobs(tmp_path, lambda *_: None).start(order, BASE.to_json(), NAME)
    folder = tmp_path / "jobs" / NAME
    code = (
        "import sys, narwhals, shared.profiles.spark.job;"
        "held = [m.__file__ for name, m in sys.modules.items()"
        " if name.partition('.')[0] in {'shared', 'narwhals'}];"
        "print([path for path in held if '.zip' not in path], len(held) > 50)"
    )

    done = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / ARCHIVE)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == "[] True", done.stderr
    assert (folder / ENTRY).read_text().startswith("from shared.profiles.spark.job import main")
    with ZipFile(folder / ARCHIVE) as packed:
        assert not [name for name in packed.namelist() if name.startswith("shared/service")]
        assert packed.testzip() is None


def test_without_pyspark_or_java_a_job_is_refused_in_a_sentence(order, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    jobs = FileProfilingJobs(tmp_path, spark_process.launch)

    with pytest.raises(Refused, match=r"pip install 'pyspark>=[\d.]+,<\d' and a Java 17 runtime"):
        jobs.start(order, BASE.to_json(), NAME)

    assert not (tmp_path / f"jobs/{NAME}.yaml").exists()


def test_a_job_is_started_once_whoever_asks_again(order, tmp_path):
    started = []
    jobs = FileProfilingJobs(tmp_path, lambda *_: started.append(1))

    first = jobs.start(order, BASE.to_json(), NAME)
    again = jobs.start(order, BASE.to_json(), NAME)

    assert (first, started) == (again, [1])
    with pytest.raises(Refused, match="no name of a job"):
        jobs.start(order, BASE.to_json(), "../x")
