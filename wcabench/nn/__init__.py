"""Encoder, tagger heads, batches, and the one training loop that all methods share."""
