"""Which engine counts a model's rows, and how far a profile that is counted elsewhere has come."""
