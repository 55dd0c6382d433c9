"""Commands of the procedure: `eboxcast broadcast …`."""
