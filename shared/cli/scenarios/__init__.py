"""Commands that play stories on a simulated clock: scenarios and the demo."""
