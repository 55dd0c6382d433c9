"""What `eboxcast bench` measures: our figures, each beside its baseline in the same run (design §12)."""
