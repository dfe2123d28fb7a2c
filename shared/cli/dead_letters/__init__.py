"""`driftgate deadletters` and its subcommands."""
