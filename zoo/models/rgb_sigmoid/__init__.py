"""Font colour from RGB, as its author had it."""
