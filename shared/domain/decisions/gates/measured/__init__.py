"""What was measured of a version, on how many rows, and how sure that makes it."""
