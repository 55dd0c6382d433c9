"""The tags of the templates of the portal."""
