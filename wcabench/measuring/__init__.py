"""What is measured on a trained encoder, or an untouched one: diagnostics, couplings of sentences, word links."""
