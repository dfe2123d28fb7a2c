"""Commands that show what is known: states, alerts, events, and why."""
