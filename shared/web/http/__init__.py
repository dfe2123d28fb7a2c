"""What every route shares: who is let in, what is asked, and how it is answered."""
