"""A character language model."""
