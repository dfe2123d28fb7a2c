"""The vocabulary and the decisions: pure Python, no I/O, no clock, no Azure."""
