"""The demo: the whole story, told with the real commands."""
