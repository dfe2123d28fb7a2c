"""Everything behind the triggers: vocabulary, statistics, service, adapters, console, command."""
