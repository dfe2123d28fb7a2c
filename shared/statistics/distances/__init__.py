"""How far two distributions are apart, with intervals."""
