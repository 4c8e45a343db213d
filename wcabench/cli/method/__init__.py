"""`wcabench method`: methods as their authors write, check and explain them."""
