"""The world behind the ports; only the composition root imports from here."""
