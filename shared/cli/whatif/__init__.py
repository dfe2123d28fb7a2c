"""`driftgate whatif`."""
