"""What is kept, over HTTP: whether it is still what was committed."""
