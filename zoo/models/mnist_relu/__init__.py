"""Two hidden layers of ReLU units for digits."""
