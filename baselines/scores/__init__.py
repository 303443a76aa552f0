"""Fits, scores and comparisons of candidates on the same folds."""
