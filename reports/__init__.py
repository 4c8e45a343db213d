"""Tables made from cells alone: collected, compared with a baseline, and printed in four formats."""
