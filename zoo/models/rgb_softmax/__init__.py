"""Font colour from RGB, corrected."""
