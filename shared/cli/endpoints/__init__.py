"""Commands that look at endpoints and their workspace as they are now."""
