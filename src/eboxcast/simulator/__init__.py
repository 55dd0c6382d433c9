"""An eBox provider for rehearsals and tests: the public contract from the outside, in memory, with faults on demand."""
