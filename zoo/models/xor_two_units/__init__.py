"""Exclusive or with two hidden units."""
