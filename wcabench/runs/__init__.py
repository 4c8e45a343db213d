"""Runs: the plan, the cells and their store, and the executors."""
