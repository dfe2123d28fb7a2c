"""What pages and lists tell of a fleet: what needs somebody, what is watched, what happens now."""
