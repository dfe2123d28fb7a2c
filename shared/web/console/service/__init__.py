"""Driftgate itself: what waits, what was put aside, which replays run."""
