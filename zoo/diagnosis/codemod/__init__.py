"""Repairs written into the user's script."""
