"""The command line: one module per command, each a function that works and a door that parses."""
