"""What people say, over HTTP: intents, overrides, silences, acknowledgements."""
