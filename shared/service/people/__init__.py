"""What people say: said, taken back and listed, the same for the command and the API."""
