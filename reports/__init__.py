"""Reports on the cells of a results folder: grouped, compared with a baseline, and printed in six formats."""
