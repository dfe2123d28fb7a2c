"""The API, the console and the reports."""
