"""Institutions, their applications and the message types they may send."""
