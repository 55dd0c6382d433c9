"""The steward: what the procedure does without anybody."""
