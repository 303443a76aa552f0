"""The learning problem, and the training as a value."""
