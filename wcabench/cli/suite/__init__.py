"""`wcabench suite`: the data and the encoder of a suite."""
