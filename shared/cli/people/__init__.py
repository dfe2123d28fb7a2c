"""What people say, and commands that say it: intents, overrides, silences, acknowledgements."""
