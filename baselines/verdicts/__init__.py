"""Conclusions from scores, and what would change them."""
