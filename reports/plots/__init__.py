"""Figures of a results folder: F1 by seed, loss curves, differences to a baseline, F1 against cost and against AER."""
