"""What came in: each event with what was decided of it, and the same decided once more."""
