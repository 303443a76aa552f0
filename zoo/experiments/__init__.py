"""Experiments: what is trained and scored on which data, and its run."""
