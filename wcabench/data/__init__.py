"""Data: readers of column files and parallel text, pinned resources, and suites."""
