"""`wcabench method`: commands for authors of methods."""
