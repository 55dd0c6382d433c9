"""Small, pure, typed pieces that know neither Django nor a database."""
