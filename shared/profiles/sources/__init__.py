"""One module a kind of source; each gives its rows in parts, a column at a time."""
