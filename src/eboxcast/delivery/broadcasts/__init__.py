"""Where procedure and engine meet: files, test, launch of a broadcast."""
