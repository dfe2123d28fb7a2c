"""What Azure's own monitoring and the engines cost follows from jobs, minutes and prices."""

from dataclasses import replace

import pytest

from benchmarks import cost_engines, cost_rows
from benchmarks.cost_azure_monitoring import drift_alone, out_of_the_box, variants
from benchmarks.cost_bill import fact
from benchmarks.cost_sources import counted_day


def test_a_run_is_its_jobs_times_vcores_times_minutes_at_the_price_of_a_vcore_hour():
    monitor = out_of_the_box()

    assert monitor.jobs == 8 + 7 + 8 + 4 + 1
    assert monitor.vcore_hours == pytest.approx(28 * 8 * 3 / 60)
    assert monitor.run == pytest.approx(28 * 8 * 3 / 60 * 0.143)


def test_a_month_is_thirty_runs_a_model_and_an_hourly_one_twenty_four_times_that():
    monitor = out_of_the_box()

    assert monitor.month(100) == pytest.approx(monitor.run * 3_000)
    assert monitor.month(100, 24) == pytest.approx(monitor.month(100) * 24)


def test_half_the_minutes_are_half_the_price_and_twice_the_vcores_twice():
    monitor = out_of_the_box()

    assert replace(monitor, minutes=monitor.minutes / 2).run == pytest.approx(monitor.run / 2)
    assert replace(monitor, vcores=16).run == pytest.approx(monitor.run * 2)


def test_the_minutes_of_microsofts_tests_are_the_mean_of_their_steps():
    steps = (1302.9 + 803.2 + 1182.4) / (4 + 3 + 5) / 60

    assert fact("measured_minutes") == pytest.approx(steps, abs=0.05)


def test_even_the_cheapest_of_azures_variants_costs_more_than_drift_alone():
    cheapest = min(monitor.month(100) for monitor in variants().values())

    assert drift_alone(counted_day(), 100) < cheapest


def test_rows_are_too_much_for_one_execution_where_their_files_are():
    rows = cost_engines.WHOLE_BYTES / cost_engines.file_bytes("json lines")

    assert cost_engines.in_function(rows * 0.99) is not None
    assert cost_engines.in_function(rows * 1.01) is None
    assert cost_engines.in_function(rows * 1.01, "parquet") is not None


def test_parts_cost_more_than_one_execution_for_their_messages_and_decisions():
    whole, parts = cost_engines.in_function(600_000), cost_engines.by_parts(600_000)

    assert whole is not None
    assert whole < parts < 3 * whole


def test_ten_times_the_rows_in_parts_cost_ten_times_as_much():
    assert cost_engines.by_parts(1e9) == pytest.approx(10 * cost_engines.by_parts(1e8), rel=0.01)


def test_a_spark_job_costs_its_start_with_no_rows_and_more_with_many():
    start = 3 / 60 * 3 * 4 * 0.143 * 30

    assert cost_engines.in_spark(0) == pytest.approx(start)
    assert cost_engines.in_spark(1e8) > start


def test_spark_costs_no_more_than_parts_from_about_a_hundred_million_rows_on():
    assert all(cost_engines.in_spark(rows) > cost_engines.by_parts(rows) for rows in (1e5, 5e7))
    assert cost_engines.in_spark(1e8) == pytest.approx(cost_engines.by_parts(1e8), rel=0.1)
    assert cost_engines.in_spark(1e9) < cost_engines.by_parts(1e9)


def test_basic_logs_are_billed_when_written_and_when_scanned():
    gigabytes = 1e6 * cost_engines.row_bytes() / 1e9

    assert cost_engines.in_logs(1e6, "logs_basic") == pytest.approx(gigabytes * 0.505 * 30)
    assert cost_engines.in_logs(1e6, "logs_ingested") == pytest.approx(gigabytes * 2.30 * 30)


def test_rows_are_measured_as_json_lines_and_as_parquet():
    found = cost_rows.counted(300)

    assert found["rows"] == 300
    assert found["columns"] == 20
    assert found["json lines"]["bytes a row"] > found["parquet"]["bytes a row"] > 0
