"""Models: a list of them, and of each the whole picture that its owner asks for."""
