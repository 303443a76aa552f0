"""Font colour from RGB, mended in part."""
