"""One pure function an event family: (event, evidence, policy, state, now) to an outcome."""
