"""The documentation site: its references made out of the code, and what its build does to pages."""
