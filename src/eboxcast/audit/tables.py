"""The names of the tables, for those who speak to the database without Django."""

from __future__ import annotations

APPEND_ONLY = ("audit_entry", "audit_seal", "audit_anchor", "audit_key")
"""The role that works may read these and add to them, and nothing else. Each has a part for each year."""
