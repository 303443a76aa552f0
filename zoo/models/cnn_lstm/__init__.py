"""Image features over time."""
