"""What people have said and what stands of it: silences, hands, intents, overrides."""
