"""Measurements of a network while it trains."""
