"""Publish one document into hundreds of thousands of eBoxes, once, to everyone at the same moment, and prove it."""

__version__ = "0.1.0"
