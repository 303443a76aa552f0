"""The baselines, by task."""
