"""eBoxes, messages, releases, audiences and reading: the only truth about what a recipient can see."""
