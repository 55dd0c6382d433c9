"""The table of the notices: which entry of the audit becomes which mail, to whom, in which words."""
