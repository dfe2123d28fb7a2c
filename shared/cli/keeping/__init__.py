"""Commands on what is kept: whether it is still what it was, and how it goes."""
