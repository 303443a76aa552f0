"""The smallest network worth trying first."""
