"""Replays over HTTP."""
