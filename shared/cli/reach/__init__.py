"""Here or there: a command works on the home of this machine, or asks a deployed service."""
