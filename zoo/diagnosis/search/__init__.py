"""Trials with and without repairs, and the causes that they prove."""
