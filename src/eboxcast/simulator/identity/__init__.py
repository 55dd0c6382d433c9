"""A simulated identity provider: people choose who they are. For demos and acceptance, never for real eBoxes."""
