"""The embedded host, and following what it decides."""
