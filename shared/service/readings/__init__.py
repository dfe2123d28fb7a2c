"""What is looked at for a promotion: one reader a place, each with the time it was true."""
