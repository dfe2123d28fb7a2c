"""What would have been different under another policy."""
