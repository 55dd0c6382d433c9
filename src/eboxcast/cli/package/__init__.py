"""Commands about the three input files; they need no database."""
