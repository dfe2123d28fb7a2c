"""`driftgate replay` and what is asked of replays on their way."""
