"""What was decided, decided again as if other policies had held: nothing is written anywhere."""
