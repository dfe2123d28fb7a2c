"""The fleet at a glance: whether anything is wrong, and what is to be done."""
