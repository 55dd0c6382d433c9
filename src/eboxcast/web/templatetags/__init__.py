"""The tags and filters of templates."""
