"""A small network for a column of text."""
