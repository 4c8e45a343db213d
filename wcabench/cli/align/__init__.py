"""`wcabench align`: word alignments made, measured, swept and shown."""
