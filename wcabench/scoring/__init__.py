"""Scorers, entities as spans, per-sentence counts, and which differences are real."""
