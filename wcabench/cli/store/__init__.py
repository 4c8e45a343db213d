"""`wcabench store`: the cells of a results folder, one by one or between folders and files."""
