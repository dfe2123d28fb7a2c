"""Profiles of a table of Log Analytics or Azure Data Explorer, by the queries that count it."""
