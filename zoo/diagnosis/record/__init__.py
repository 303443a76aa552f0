"""Recordings of what a script does with Keras."""
