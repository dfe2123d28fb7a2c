"""Replays for operators: what would be decided of old events, and telling them again."""
