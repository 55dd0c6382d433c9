"""The settings of a process, read once from its environment. Nobody imports this: Django does."""
