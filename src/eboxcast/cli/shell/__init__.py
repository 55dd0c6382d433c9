"""What every command stands on: who acts, options, progress, the console."""
