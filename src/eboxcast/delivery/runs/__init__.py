"""Runs: preparing, launching, deciding, settling."""
