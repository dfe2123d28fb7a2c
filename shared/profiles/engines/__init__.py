"""Profiles by any engine that Narwhals speaks: DuckDB, Spark, Polars, pandas, Arrow."""
