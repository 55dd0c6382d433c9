"""Programs that drive eboxcast from outside, as processes."""
