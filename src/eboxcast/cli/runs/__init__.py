"""Commands about runs: publishing, deciding, following, reporting."""
