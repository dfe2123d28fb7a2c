"""`driftgate policy` and its subcommands."""
