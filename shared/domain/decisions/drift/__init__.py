"""Have the inputs moved: evidence that adds up, windows against limits, and what is told."""
