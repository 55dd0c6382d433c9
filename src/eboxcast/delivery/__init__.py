"""Runs: preparing a package, launching it, and what follows; the engine."""
