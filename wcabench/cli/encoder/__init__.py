"""`wcabench encoder`: pretrained encoders of your own."""
