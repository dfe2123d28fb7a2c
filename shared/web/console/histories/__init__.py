"""What was decided over time, as charts and lists that pages load once they are read."""
