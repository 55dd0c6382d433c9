"""The three input files of a broadcast: reading, checking, splitting. No Django."""
