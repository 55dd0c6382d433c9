"""Recipient lists: read once, judged by the column, and looked at row by row only where in doubt."""

from eboxcast.package.lists.reading import ListReading, read_list

__all__ = ["ListReading", "read_list"]
