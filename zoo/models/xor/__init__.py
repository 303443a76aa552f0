"""Exclusive or with four hidden units."""
