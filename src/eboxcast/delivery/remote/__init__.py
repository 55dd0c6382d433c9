"""Sending to a remote provider: batches, lanes, workers."""
