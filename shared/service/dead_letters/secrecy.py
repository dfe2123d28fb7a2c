"""Which messages may hold a secret; named here for triggers, which start with little."""

SECRET = frozenset({"environment-checks"})
"""Queues whose messages hold the token of a job: no body of theirs is shown, kept or changed."""
