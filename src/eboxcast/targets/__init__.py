"""Where a run publishes: our own eBoxes, or a remote provider, behind one protocol."""
