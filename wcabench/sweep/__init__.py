"""Word aligners held against alignments made by hand, over methods, directions, layers and epsilon."""
