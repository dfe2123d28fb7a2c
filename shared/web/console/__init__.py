"""The console: pages for people, rendered here, that keep themselves up to date."""
