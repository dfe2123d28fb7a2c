"""`driftgate serve`: placeholder."""
