"""Self-contained pages, and what they are made of."""
