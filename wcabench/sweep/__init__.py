"""Compares word aligners with gold alignments, over methods, directions, layers and epsilon."""
