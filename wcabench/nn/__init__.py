"""Encoder, linear tagger, length-bucketed batches, and the one training loop that all methods share."""
