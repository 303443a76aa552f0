"""What is learned from what, and the training as a value."""
