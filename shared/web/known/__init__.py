"""What is known, over HTTP, and why it is so."""
