"""Strict and lenient spans, per-sentence counts, and which differences are real."""
