"""One local Spark for all tests of a process: it takes seconds to start."""

import shutil
import sys
import warnings
from pathlib import Path

import pytest

from tests.profiles.every_engine import DuckDB, Kusto, Polars, Spark

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory):
    """Two threads, no pages of its own, a zone far from UTC; only Java must be there."""
    if shutil.which("java") is None:
        pytest.skip("Spark runs on Java, and there is none: install a Java 17 runtime.")
    home = tmp_path_factory.mktemp("spark")
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        from pyspark.sql import SparkSession

        options = {
            "spark.ui.enabled": "false",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.executorEnv.PYTHONPATH": str(ROOT),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "1",
            "spark.default.parallelism": "1",
            "spark.sql.session.timeZone": "Asia/Kathmandu",
            "spark.sql.warehouse.dir": str(home / "warehouse"),
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        }
        builder = SparkSession.builder.master("local[1]").appName("profiles")
        for name, value in options.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session.stop()


@pytest.fixture
def spark(spark_session, tmp_path):
    """Spark, asked as the other engines are."""
    return Spark(spark_session, tmp_path)


@pytest.fixture(params=["polars", "duckdb", "kusto"])
def engine(request):
    """Each engine that starts at once; Spark is asked in a few tests of its own."""
    found = {"polars": Polars, "duckdb": DuckDB, "kusto": Kusto}[request.param]()
    yield found
    found.close()
