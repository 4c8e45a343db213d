"""Data: readers of column files and parallel text, pinned resources, and the suites that are made of them."""
