"""Convolutions that are each applied to the image."""
