"""A proven network for photographs."""
