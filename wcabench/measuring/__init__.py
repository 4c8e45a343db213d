"""Measurements on an encoder, trained or not: diagnostics, couplings of sentences, word links."""
