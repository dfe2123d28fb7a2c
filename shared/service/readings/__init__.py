"""One reading a place that gates ask of: the endpoint, its answers, the rows, the run."""
